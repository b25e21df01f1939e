"""The fold of one column: that it may start again at any day, what hard rules say, what is eligible, and odd columns."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from vitals.judging.columns import Column, ColumnRule, Kind, Rule, Verdict
from vitals.judging.memory import Release
from vitals.profiles import CategoricalSummary, NumericSummary, Summary, summarise
from vitals.records import Drift

FIRST = date(2024, 1, 1)
RULE = ColumnRule("m", "x")


def day(index: int) -> date:
    return FIRST + timedelta(days=index)


def numbers(*rows: float | None) -> NumericSummary | CategoricalSummary:
    return summarise(pa.array(rows, pa.float64()))


def texts(**counts: int) -> CategoricalSummary:
    found = sorted(((t, n) for t, n in counts.items() if n), key=lambda item: (-item[1], item[0]))
    rows = np.array([n for _, n in found], dtype=np.int64)
    return CategoricalSummary(int(rows.sum()), 0, tuple(t for t, _ in found), rows, 0, len(found))


def noise(seed: int, rows: int = 400, null: float = 0.02, shift: float = 0.0) -> Summary:
    rng = np.random.default_rng(seed)
    values = np.round(rng.lognormal(shift, 1, rows), 2)
    return summarise(pa.array(values, pa.float64(), mask=rng.random(rows) < null))


def never(_: date) -> bool:
    return False


def judged(
    summaries: dict[date, Summary], rule: ColumnRule = RULE, calendar: Callable[[date], bool] = never
) -> tuple[Column, list[Verdict], list[Drift]]:
    column, verdicts, rows = Column(rule, [], [], summaries, calendar), [], []
    for today in summaries:
        verdicts.append(column.judge(today))
        rows.append(column.settle(verdicts[-1], quarantined=verdicts[-1].finding))
    return column, verdicts, rows


class World:
    """150 days with faults, gaps, few rows, calendar, bad and incomplete days, an accept and a false alarm."""

    length = 150
    releases = (Release(day(80), day(86)), Release(day(110), day(113), new_level=False), Release(day(86), day(95)))

    def __init__(self) -> None:
        self.summaries = dict(self._days())

    def _days(self) -> Iterator[tuple[date, Summary]]:
        for i in range(self.length):
            if i in {20, 21, 67}:
                continue
            rows = 12 if i == 40 else 400 + 40 * (i % 5)
            shift = 1.0 if i >= 80 else 0.0
            yield day(i), noise(i, rows, null=0.4 if i in {60, 61, 110, 111} else 0.02, shift=shift)

    @staticmethod
    def calendar(today: date) -> bool:
        """Three days of the calendar."""
        return today in {day(45), day(90), day(111)}

    @staticmethod
    def bad_days(today: date) -> set[date]:
        """Two days, declared bad two days later."""
        return {bad for bad in (day(33), day(99)) if today >= bad + timedelta(days=2)}

    def run(self, column: Column, first: int, last: int = length) -> list[Drift]:
        """Judge days first..last - 1, with what was decided on each."""
        rows = []
        for today in (day(i) for i in range(first, last)):
            for release in self.releases:
                if release.on == today:
                    give = column.accept if release.new_level else column.dismiss
                    give(release.opened_on, today)
            reason = "partition incomplete" if today in {day(70), day(71)} else None
            verdict = column.judge(today, not_judged=reason, bad_days=self.bad_days(today))
            open_ = any(r.opened_on <= today < r.on for r in self.releases) or today in {day(62), day(63)}
            rows.append(column.settle(verdict, quarantined=open_ or verdict.finding))
        return rows


@pytest.fixture(scope="module")
def whole() -> tuple[World, list[Drift]]:
    world = World()
    return world, world.run(Column(RULE, [], [], world.summaries, world.calendar), 0)


@pytest.mark.parametrize("start", [1, 13, 14, 22, 41, 61, 62, 69, 72, 80, 81, 86, 87, 95, 96, 100, 112, 113, 114, 140])
def test_fold_may_start_again_at_any_day(whole, start):
    """From stored rows and releases of the days before, the rest comes out bit by bit the same."""
    world, rows = whole
    past = [row for row in rows if row.day < day(start)]
    releases = [release for release in world.releases if release.on < day(start)]
    last = min(start + 12, world.length)
    assert world.run(Column(RULE, past, releases, world.summaries, world.calendar), start, last) == rows[start:last]


def test_world_has_what_the_restart_must_survive(whole):
    """The rows hold days that fired, were not judged, were excused and given back, on three levels."""
    _, rows = whole
    reasons = {row.reason for row in rows}
    assert {"no profile", "n=12 < 30", "partition incomplete", "day 3 of 14", None} <= reasons
    assert {row.level for row in rows} == {0, 1, 2}
    assert any(row.fired for row in rows)
    assert any(row.score_week for row in rows)


def test_first_fourteen_days_have_no_score_but_teach():
    """While learning a row says which day it is, and is eligible."""
    _, verdicts, rows = judged({day(i): noise(i) for i in range(15)})
    assert [row.reason for row in rows] == [f"day {i} of 14" for i in range(1, 15)] + [None]
    assert all(row.eligible for row in rows)
    assert verdicts[13].judged
    assert verdicts[14].reference == tuple(day(i) for i in range(14))


def test_share_that_jumps_is_named_with_its_usual_range():
    """10 % nulls where 2 % are usual: the part, the share, the range and the rows that moved."""
    _, verdicts, rows = judged({day(i): noise(i, null=0.15 if i == 56 else 0.02) for i in range(57)})
    found, row = verdicts[-1], rows[-1]
    assert (found.rule, found.part, row.part) == (Rule.DAY, "null", "null")
    assert found.expected_low < 0.02 < found.expected_high < 0.1 < found.share
    assert row.rows_moved == pytest.approx(400 * (found.share - 0.02), abs=3)
    assert row.fired
    assert not row.eligible
    assert found.table[0].name == "null"
    assert len(found.table) == 3


def test_calendar_day_is_excused_and_does_not_teach():
    """On a holiday what is unusual is info: it fired, is no finding, and the day is not eligible."""
    days = {day(i): noise(i, null=0.5 if i == 56 else 0.02) for i in range(58)}
    _, verdicts, rows = judged(days, calendar={day(56), day(57)}.__contains__)
    assert (verdicts[56].info, verdicts[56].finding, rows[56].fired) == (True, False, True)
    assert [row.eligible for row in rows[56:]] == [False, False]
    assert (verdicts[57].info, verdicts[57].fired) == (False, False)


def test_two_days_of_the_same_sign_fire_where_one_does_not():
    """A score between the two thresholds speaks on the second day running, and only with the same sign."""
    rng = np.random.default_rng(0)
    shares = [*np.round(rng.normal(200, 6, 56)).astype(int), 255, 255]
    _, verdicts, _ = judged({day(i): texts(a=int(k), b=1000 - int(k)) for i, k in enumerate(shares)})
    assert [v.rule for v in verdicts[56:]] == [None, Rule.TWO_DAYS]
    assert all(4 < abs(v.score) < 6 for v in verdicts[56:])


def test_slow_week_is_found_by_the_window():
    """A shift too small for a day or two is found over seven days, when its days do not teach."""
    share = np.where(np.arange(77) < 70, 0.2 + 0.002 * (-1.0) ** np.arange(77), 0.213)
    days = {day(i): texts(a=round(10_000 * p), b=10_000 - round(10_000 * p)) for i, p in enumerate(share)}
    column, verdicts = Column(RULE, [], [], days, never), []
    for today in days:
        verdicts.append(column.judge(today))
        column.settle(verdicts[-1], quarantined=today >= day(70))
    found = [v for v in verdicts if v.finding]
    assert found[0].rule is Rule.WEEK
    assert found[0].part in {"=a", "=b"}
    assert not found[0].fired
    assert found[0].expected_low < found[0].expected_high


def test_rare_decision_that_vanishes_is_seen_as_a_decision_only():
    """0.3 % of 10,000 answers gone: below half a point, yet material for what a model answers."""
    rng = np.random.default_rng(5)
    days = {day(i): texts(block=int(rng.binomial(10_000, 0.003)), ok=9970) for i in range(56)}
    days[day(56)] = texts(block=0, ok=10_000)
    decision = judged(days, replace(RULE, kind=Kind.DECISION))[1][-1]
    assert (decision.rule, decision.part) == (Rule.DAY, "=block")
    assert judged(days)[1][-1].rule is None


def test_segment_needs_a_hundred_rows_and_is_judged_wider():
    """99 rows of a segment are no day; its thresholds are those of twenty segments."""
    days = {day(i): noise(i, rows=99 if i == 30 else 100) for i in range(31)}
    _, _, rows = judged(days, replace(RULE, segment="origin=LGA"))
    assert [row.reason for row in rows[28:]] == [None, None, "n=99 < 100"]


def test_a_segment_of_copies_is_worth_its_originals():
    """200 rows of which each of two scores holds a hundred: whatever they answer, it is said of two rows."""
    rng = np.random.default_rng(8)
    scores = {day(i): numbers(*np.repeat(rng.random(2), 100)) for i in range(40)}
    answers = {day(i): texts(ok=200) if i < 39 else texts(ok=100, warn=100) for i in range(40)}
    rule = replace(RULE, segment="carrier=AS", kind=Kind.DECISION)

    found = {}
    for name, alike in (("copies", scores), ("own rows", {day(i): noise(i, rows=200) for i in range(40)})):
        column = Column(rule, [], [], answers, lambda _: False, alike)
        for of in answers:
            found[name] = column.judge(of)
            column.settle(found[name], quarantined=False)

    assert found["own rows"].rule is Rule.DAY
    assert (found["copies"].judged, found["copies"].rule) == (False, None)
    assert found["copies"].reason == "n=200, copies of about 2 < 100"


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (numbers(*[None] * 60), "all values missing, usually 0 %"),
        (numbers(*[7.0] * 60), "one single value on all rows, which no day before had"),
        (numbers(*range(45), *[1000.0] * 15), "25 % of rows far outside the range of the 7 days before"),
        (texts(a=30, b=30), "holds texts instead of numbers"),
    ],
)
def test_hard_rules_speak_while_learning(today, says):
    """All null, constant, far outside and another kind of values need no variance."""
    days = {day(i): numbers(*range(60)) for i in range(7)} | {day(7): today}
    _, verdicts, _ = judged(days)
    assert (verdicts[-1].rule, verdicts[-1].hard) == (Rule.HARD, says)


@pytest.mark.parametrize(
    ("past", "today"),
    [
        (6, numbers(*[7.0] * 60)),
        (6, numbers(*range(45), *[1000.0] * 15)),
        (7, numbers(*range(55), *[1000.0] * 5)),
    ],
)
def test_a_few_days_are_no_range(past, today):
    """With less than a week of history, or for a few rows, a new value is no news."""
    days = {day(i): numbers(*range(60)) for i in range(past)} | {day(past): today}
    assert judged(days)[1][-1].rule is None


def test_a_column_that_mostly_holds_one_value_may_hold_only_that():
    """Rain that is 0 on nine rows of ten is no news when a day is dry."""
    days = {day(i): numbers(*[0.0] * 54, *range(1, 7)) for i in range(8)} | {day(8): numbers(*[0.0] * 60)}
    assert judged(days)[1][-1].rule is None


@pytest.mark.parametrize("today", [numbers(*[1.0] * 60), numbers(*[None] * 60), texts(b=60)])
def test_nothing_can_be_unusual_on_the_first_day(today):
    """Without a past there is no usual."""
    assert judged({day(0): today})[1][0].rule is None


def test_all_null_is_hard_even_for_a_column_that_is_often_missing():
    """Weather that misses 0 to 95 % of a day is still not missing altogether."""
    rng = np.random.default_rng(6)
    days = {day(i): noise(i, null=float(rng.uniform(0, 0.95))) for i in range(60)} | {day(60): numbers(*[None] * 400)}
    _, verdicts, rows = judged(days)
    assert verdicts[-1].rule is Rule.HARD
    assert not rows[-1].eligible


def test_column_that_changes_its_kind_learns_again_when_accepted():
    """Texts instead of numbers stay a finding until accepted; then the new days teach, and the old ones are no reference."""
    days: dict[date, Summary] = {day(i): noise(i) for i in range(20)}
    days |= {day(20 + i): texts(a=50, b=50 + i % 3) for i in range(30)}
    column = Column(RULE, [], [], days, never)
    reasons = []
    for i in range(50):
        if i == 24:
            column.accept(day(20), day(24))
        verdict = column.judge(day(i))
        reasons.append(verdict.hard or verdict.reason)
        column.settle(verdict, quarantined=verdict.finding)
    assert reasons[20:24] == ["holds texts instead of numbers"] * 4
    assert reasons[24] == "day 5 of 14"
    assert reasons[34:] == [None] * 16


def test_false_alarm_gives_days_back_without_a_new_level():
    """The days of a dismissed incident teach again, on the level they had."""
    days = {day(i): noise(i, null=0.3 if i == 56 else 0.02) for i in range(58)}
    column, _, rows = judged(days)
    assert not rows[56].eligible
    days[day(58)] = noise(58)
    column.dismiss(day(56), day(57))
    assert day(56) in column.judge(day(58)).reference
    assert column.judge(day(58)).level == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda _: numbers(*[5.0] * 50),
        lambda _: numbers(*[None] * 50),
        lambda _: texts(only=50),
        lambda i: numbers(*[float("inf")] * 10, *range(i, i + 40)),
        lambda i: CategoricalSummary(50, 0, (f"id{i}",), np.array([1]), 49, 50),
        lambda _: numbers(*[1e308, -1e308] * 25),
        lambda i: numbers(*[0.0] * (30 + i % 2), *[1.0] * (20 - i % 2)),
    ],
    ids=["constant", "null", "one text", "infinite", "ids", "huge", "two values"],
)
def test_odd_but_steady_columns_are_never_unusual(make):
    """Constant, empty, infinite, identifiers: sixty days alike give no finding and no warning of the arithmetic."""
    _, verdicts, rows = judged({day(i): make(i) for i in range(60)})
    assert not any(v.rule for v in verdicts)
    assert all(np.isfinite(row.score) and np.isfinite(row.score_week) for row in rows)


def test_unit_change_of_part_of_the_rows_is_found_without_a_name():
    """A tenth of the rows times 3.28 moves no share by much, but all bins in one known direction."""
    rng = np.random.default_rng(8)
    days: dict[date, Summary] = {}
    for i in range(57):
        values = rng.lognormal(rng.normal(0, 0.06), 1, 10_000)
        values[: 1000 if i == 56 else 0] *= 3.28
        days[day(i)] = summarise(pa.array(values))
    found = judged(days)[1][-1]
    assert found.rule is Rule.UNIT_FILTER
    assert found.unit is not None
    assert found.unit.larger
    assert 0.03 < found.share < 0.3
    assert (found.expected_low, found.expected_high) == (None, None)
    assert judged(days, replace(RULE, unit_filter=False))[1][-1].rule is None
