"""The fold of a share of the service: upward only, half a point at least, and able to start again."""

from datetime import date, timedelta

import numpy as np
import pytest

from vitals.judging.memory import Release
from vitals.judging.shares import Share, ShareRule, ShareVerdict
from vitals.records import Drift

FIRST = date(2024, 1, 1)
RULE = ShareRule("m", "errors:status")


def day(index: int) -> date:
    return FIRST + timedelta(days=index)


def never(_: date) -> bool:
    return False


def counted(*last: int, days: int = 60, n: int = 1000) -> dict[date, tuple[int, int]]:
    rng = np.random.default_rng(1)
    usual = rng.binomial(n, 0.01, days)
    return {day(i): (int(k), n) for i, k in enumerate([*usual, *last])}


def run(share: Share, counts: dict[date, tuple[int, int]]) -> tuple[list[ShareVerdict], list[Drift]]:
    verdicts, rows = [], []
    for today, (k, n) in counts.items():
        verdicts.append(share.judge(today, k, n))
        rows.append(share.settle(verdicts[-1], quarantined=verdicts[-1].unusual))
    return verdicts, rows


def fresh(counts: dict[date, tuple[int, int]]) -> tuple[list[ShareVerdict], list[Drift]]:
    return run(Share(RULE, [], [], counts, never), counts)


def test_share_that_rises_is_a_finding_with_its_usual_range():
    """Errors from 1 to 6 %: found on that day, and the day does not teach."""
    verdicts, rows = fresh(counted(60))
    found, row = verdicts[-1], rows[-1]
    assert found.unusual
    assert (found.rows, found.n, found.share) == (60, 1000, 0.06)
    assert found.expected_low < found.usual < found.expected_high < 0.03
    assert (row.part, row.fired, row.eligible, row.rows_moved) == ("share", True, False, round(60 - 1000 * found.usual))


def test_share_that_falls_or_moves_less_than_half_a_point_is_no_finding():
    """Fewer errors are good news; 0.4 points are none."""
    fallen = counted(0, days=60, n=1000) | {day(i): (200 + i % 9, 1000) for i in range(60)}
    assert fresh(fallen)[0][-1].z < -4
    assert not fresh(fallen)[0][-1].unusual
    little = {day(i): (100, 100_000) for i in range(60)} | {day(60): (500, 100_000)}
    assert (fresh(little)[0][-1].unusual, fresh(little)[0][-1].z) == (False, 0.0)


def test_below_fourteen_days_nothing_is_said():
    """Short history has no usual; hard limits are the model file's."""
    verdicts, rows = fresh(counted(500, days=13))
    assert not any(v.unusual for v in verdicts)
    assert rows[-1].reason == "day 14 of 14"


def test_calendar_day_excuses_no_rise_but_teaches_nothing_and_few_rows_are_no_day():
    """A holiday explains no errors or repeated ids, so a rise on one is a finding; below 30 rows nothing is judged."""
    counts = counted(60) | {day(61): (20, 29)}
    verdicts, rows = run(Share(RULE, [], [], counts, {day(60)}.__contains__), counts)
    assert (verdicts[60].unusual, rows[60].eligible) == (True, False)
    assert (rows[61].reason, verdicts[61].judged) == ("n=29 < 30", False)


def test_accepted_share_is_the_new_usual():
    """After an accept the mean is that of the days since the opening."""
    counts = counted(60, 61, 59, 62)
    share = Share(RULE, [], [], counts, never)
    run(share, {d: c for d, c in counts.items() if d < day(63)})
    share.accept(day(60), day(63))
    verdict = share.judge(day(63), *counts[day(63)])
    assert (verdict.unusual, verdict.level) == (False, 1)
    assert verdict.usual == pytest.approx(0.06)


@pytest.mark.parametrize("start", [5, 14, 60, 61, 64, 65, 80])
def test_share_may_start_again_at_any_day(start):
    """From stored rows the rest comes out bit by bit the same."""
    counts = counted(60, 61, 59, *[10] * 20)
    release = Release(day(60), day(64), new_level=False)

    def follow(share: Share, first: int) -> list[Drift]:
        rows = []
        for i in range(first, len(counts)):
            if day(i) == release.on:
                share.dismiss(release.opened_on, release.on)
            verdict = share.judge(day(i), *counts[day(i)], bad_days={day(20)} if i > 30 else frozenset())
            rows.append(share.settle(verdict, quarantined=verdict.unusual))
        return rows

    rows = follow(Share(RULE, [], [], counts, never), 0)
    past = [row for row in rows if row.day < day(start)]
    again = Share(RULE, past, [release] if day(start) > release.on else [], counts, never)
    assert follow(again, start) == rows[start:]
