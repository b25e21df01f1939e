"""Planted faults: each is found on its first day with the right subject, and gone after it ends.

A finding counts when the same days without the fault do not have it. The days before the fault are run once per
setting and their store is copied for every case.
"""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.worlds.cases import FOUND, NOT_PROMISED, Case, Setting
from tests.worlds.running import Row, Seen, watch
from tests.worlds.world import ONE_DAY, Truth

pytestmark = [pytest.mark.slow, pytest.mark.gx, pytest.mark.timeout(900)]
QUIET_DAYS = 2  # judged good days that resolve an incident
Watched = Callable[[Setting], tuple[Path, Seen]]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Run a setting's history and its faultless days once; give the folder after the history, and the latter's result."""
    done: dict[str, tuple[Path, Seen]] = {}

    def once(setting: Setting) -> tuple[Path, Seen]:
        if setting.name not in done:
            folder = tmp_path_factory.mktemp(setting.name)
            watch(setting.world(), folder, setting.start, setting.first - ONE_DAY)
            plain = _copy(folder, tmp_path_factory.mktemp(f"{setting.name}-plain"))
            done[setting.name] = folder, watch(setting.world(), plain, setting.first, setting.end)
        return done[setting.name]

    return once


@pytest.mark.parametrize("case", FOUND, ids=lambda case: f"{case.setting.name}-{case.name}".replace(" ", "-"))
def test_a_planted_fault_is_found_in_time_and_gone_after_it_ends(case: Case, watched: Watched, tmp_path: Path) -> None:
    """Someone who reads the digest of that day learns of it, and is not told of it for ever."""
    truth, new, incidents = _spoil(case, watched, tmp_path)

    found = [finding for finding in new if truth.fits(finding)]
    assert truth.within is not None
    days = sorted(_day(finding["day"]) for finding in found)
    assert days, f"{truth.fault}: not found; instead {_listed(new)}"
    assert days[0] < truth.first + timedelta(days=truth.within), f"{truth.fault}: found on {days[0]}"
    assert days[0] >= truth.first
    _assert_gone(truth, case.setting.end, found, incidents)


@pytest.mark.parametrize("case", NOT_PROMISED, ids=lambda case: f"{case.setting.name}-{case.name}".replace(" ", "-"))
def test_what_the_power_does_not_reach_is_said_so_and_leaves_nothing_behind(
    case: Case, watched: Watched, tmp_path: Path
) -> None:
    """Such a fault carries its measured power instead of a promise."""
    truth, new, incidents = _spoil(case, watched, tmp_path)

    assert truth.within is None
    assert truth.why
    _assert_gone(truth, case.setting.end, [finding for finding in new if truth.fits(finding)], incidents)


def _spoil(case: Case, watched: Watched, tmp_path: Path) -> tuple[Truth, list[Row], list[Row]]:
    """Run a case after its setting's history; give its truth, and the findings and incidents that only the fault brings."""
    history, plain = watched(case.setting)
    spoilt, truth = case.fault(case.setting.world(), case.setting.first, case.last)
    seen = watch(spoilt, _copy(history, tmp_path / "spoilt"), case.setting.first, case.setting.end)
    usual = {(finding["day"], finding["fingerprint"]) for finding in plain.findings}
    known = {(incident["fingerprint"], incident["opened_on"]) for incident in plain.incidents}
    new = [finding for finding in seen.findings if (finding["day"], finding["fingerprint"]) not in usual]
    incidents = [one for one in seen.incidents if (one["fingerprint"], one["opened_on"]) not in known]
    return truth, new, incidents


def _assert_gone(truth: Truth, end: date, found: list[Row], incidents: list[Row]) -> None:
    """No finding after the fault's last effect, and no incident of it open two judged days later."""
    quiet = truth.last + timedelta(days=truth.echo)
    after = [finding for finding in found if _day(finding["day"]) > quiet]
    assert not after, f"{truth.fault}: still found {_listed(after)}"
    if quiet + timedelta(days=QUIET_DAYS) <= end:
        lasting = [one for one in incidents if truth.fits(one) and one["resolved_on"] is None]
        assert not lasting, f"{truth.fault}: still open {_listed(lasting)}"


def _copy(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to, dirs_exist_ok=True)
    return to


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _listed(rows: list[Row]) -> list[tuple[object, ...]]:
    """Name rows shortly for a failed assertion."""
    return [(row.get("day", row.get("opened_on")), row["symptom"], row["subject"], row["segment"]) for row in rows]
