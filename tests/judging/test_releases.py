"""Releases: a version with many rows that had none in the week before."""

from collections.abc import Mapping

import pytest

from tests.judging.building import day, measured
from vitals.judging.history import History
from vitals.judging.releases import releases


def history(rows: Mapping[int, Mapping[str, int]]) -> History:
    """Rows per day and version."""
    said = []
    for index, versions in rows.items():
        said.append(measured(day(index), "traffic", "day", float(sum(versions.values()))))
        said += [measured(day(index), "traffic", "day", float(n), segment=f"version={v}") for v, n in versions.items()]
    return History(said)


def week(**versions: int) -> dict[int, Mapping[str, int]]:
    return dict.fromkeys(range(3, 10), versions)


@pytest.mark.parametrize(("rows", "found"), [(200, True), (199, False), (1000, True)])
def test_a_fifth_of_the_rows_makes_a_release(rows: int, found: bool) -> None:
    """Less is a canary, which is told when it grows: not as a release, since it is known by then."""
    log = history({**week(v1=1000), 10: {"v1": 1000 - rows, "v2": rows}})

    told = releases(log, day(10))

    assert [one.version for one in told] == (["v2"] if found else [])
    if found:
        assert told[0].words == f"coincides with v2: 0 -> {rows // 10} % of rows"


def test_a_version_that_was_seen_in_the_week_before_is_no_release() -> None:
    """It was released then; after seven days without it, it is one again."""
    assert not releases(history({**week(v1=1000), 4: {"v1": 900, "v2": 100}, 10: {"v2": 1000}}), day(10))
    assert releases(history({**week(v1=1000), 2: {"v2": 1000}, 10: {"v2": 1000}}), day(10))


def test_the_first_days_of_a_log_release_nothing() -> None:
    """There is nothing to be new against, nor on a day without rows."""
    assert not releases(history({10: {"v1": 1000}}), day(10))
    assert not releases(history({1: {"v1": 1000}, 10: {"v2": 1000}}), day(10))
    assert not releases(history({**week(v1=1000)}), day(10))
    assert not releases(history({**week(v1=1000), 10: {}}), day(10))


def test_rows_without_a_version_do_not_hide_a_release() -> None:
    """The rest group and versions that go on are left out."""
    log = history({**week(v1=700, **{"∅": 300}), 10: {"v1": 100, "v2": 600, "∅": 300}})

    assert [(one.version, one.share) for one in releases(log, day(10))] == [("v2", 0.6)]
