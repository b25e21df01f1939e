"""What a digest says of cohorts: the holdout first, what is so far, what was revised, and like beside like."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.digest.samples import DAY, facts, model
from vitals.digest import Digest, ModelNews, compose
from vitals.digest.cohorts import delay_curve, newest, revisions, usual_ranges
from vitals.records import Day, Finding, Measurement, Severity, Symptom
from vitals.render import text
from vitals.spec.model import Feedback, Model

OLD = DAY - timedelta(days=14)


def watched(**feedback: object) -> Model:
    """The sample's model, with another feedback block."""
    sample = model()
    assert sample.feedback is not None
    return sample.model_copy(
        update={"feedback": Feedback.model_validate(sample.feedback.model_dump() | feedback), "metrics": ("roc_auc",)}
    )


def measured(
    value: float | None, day: Day = OLD, age: int = 14, late: int = 0, segment: str = "", **rest: str
) -> Measurement:
    """A roc_auc of a cohort, known so many days after its age."""
    known = day + timedelta(days=age + late)
    low, high = (None, None) if value is None else (value - 0.02, value + 0.02)
    return Measurement("flight_late", day, age, known, "performance", "roc_auc", segment, value, low, high, 900, **rest)


def coverage(value: float | None, age: int, n: int, reason: str | None = None) -> Measurement:
    """The coverage of the cohort that reached an age today."""
    day = DAY - timedelta(days=age)
    return Measurement("flight_late", day, age, DAY, "label_coverage", "", "", value, None, None, n, None, reason)


def told(news: ModelNews) -> Digest:
    """Compose a first digest."""
    return compose("C0123456789", DAY, [news], None)


def test_the_holdout_is_the_headline() -> None:
    """What the model did not influence comes first, the whole beside it; each has its own usual range."""
    rows = (
        coverage(0.98, 14, 931),
        measured(0.71),
        measured(0.66, segment="holdout"),
        measured(0.1, segment="origin=LGA"),
    )
    news = ModelNews(
        watched(holdout="tried = 0"), DAY, "monitored", facts(), metrics=newest(rows, DAY),
        usual={("roc_auc", 14): (0.7, 0.75)}, usual_holdout={("roc_auc", 14): (0.6, 0.7)},
    )  # fmt: skip

    digest = told(news)

    assert [(m.title, m.value, m.usual) for m in digest.metrics if m.name == "roc_auc"] == [
        ("roc_auc of the holdout", 0.66, (0.6, 0.7)),
        ("roc_auc", 0.71, (0.7, 0.75)),
    ]
    assert "roc_auc of the holdout 0.660 after 14 days" in text.render(digest)
    assert Digest.from_json(digest.to_json()) == digest


def test_events_are_so_far_until_their_window_ends() -> None:
    """A young number of event labels says that it is not final, and how many events there are."""
    reason = "event labels: absence means negative"
    young = measured(0.6, DAY - timedelta(days=1), 1, method="so far: roc_auc")
    news = ModelNews(
        watched(labels="event"), DAY, "monitored", facts(),
        metrics=newest((coverage(None, 1, 12, reason), young, coverage(None, 14, 1, reason), measured(0.7)), DAY),
        not_judged=("x",),
    )  # fmt: skip

    shown = text.render(told(news))

    assert "seen 1 day later; 12 events\n    roc_auc so far 0.600" in shown
    assert "seen 14 days later; 1 event\n    roc_auc 0.700" in shown
    assert "cannot be said" not in shown


def test_a_cohort_is_compared_with_others_as_they_were_known_then() -> None:
    """Past cohorts that were revised later count as they were when as old as the one shown."""
    days = [OLD - timedelta(days=i) for i in range(1, 31)]
    on_time = [measured(0.70 + 0.001 * (i % 3), day) for i, day in enumerate(days)]
    later = [measured(0.90, day, late=2) for day in days]
    now, revised = measured(0.70), measured(0.90, late=2)

    ranges = usual_ranges(watched(), [*on_time, *later, now], [now])
    ranges_later = usual_ranges(watched(), [*on_time, *later, now, revised], [revised])

    assert ranges["roc_auc", 14][1] < 0.8 < ranges_later["roc_auc", 14][0]


def test_so_far_has_no_usual_range() -> None:
    """What is not final is shown without a range to compare it with."""
    rows = [measured(0.7 + 0.01 * (i % 2), DAY - timedelta(days=i), 1) for i in range(1, 30)]

    assert usual_ranges(watched(), rows, rows[:1])
    assert not usual_ranges(watched(labels="event"), rows, rows[:1])


def test_a_revised_cohort_is_said_once_with_its_old_number() -> None:
    """A cohort whose number changed since the channel was told says so, with both numbers."""
    rows = [measured(0.71, late=0), measured(0.68, late=3), measured(0.9, OLD - timedelta(days=1))]
    known = rows[1].known_on

    on_the_day = list(revisions(watched(), rows, known - timedelta(days=1), known))
    day_after = list(revisions(watched(), rows, known, known + timedelta(days=1)))
    before = list(revisions(watched(), rows, known - timedelta(days=2), known - timedelta(days=1)))

    when = f"{OLD:%a} {OLD.day} {OLD:%b}"
    assert on_the_day == [f"roc_auc of {when} after 14 days 0.68, revised from 0.71"]
    assert (day_after, before) == ([], [])


def test_what_did_not_change_in_words_is_no_revision() -> None:
    """A change of less than a tenth of the interval is no news; an on-time number is no revision."""
    tiny = [measured(0.71), measured(0.713, late=1)]
    reached = [measured(0.5, OLD), measured(0.6, OLD, age=7)]

    assert list(revisions(watched(), tiny, tiny[0].known_on, tiny[1].known_on)) == []
    assert list(revisions(watched(), reached, DAY - timedelta(days=1), DAY)) == []


@pytest.mark.parametrize(
    ("then", "now", "said"), [(None, 0.7, "0.7, revised from not known"), (0.7, None, "not known, revised from 0.7")]
)
def test_a_number_may_come_or_go(then: float | None, now: float | None, said: str) -> None:
    """Too few labels became enough, or the other way round."""
    rows = [measured(then), measured(now, late=1)]

    (found,) = revisions(watched(), rows, rows[0].known_on, rows[1].known_on)

    assert found.endswith(said)


def test_many_revisions_are_counted() -> None:
    """A late load of weeks is a few numbers and a count."""
    days = [date(2013, 5, 1) + timedelta(days=i) for i in range(9)]
    known = date(2013, 6, 1)
    rows = [measured(0.7, day) for day in days]
    rows += [measured(0.6, day, late=(known - day).days - 14) for day in days]

    (found,) = revisions(watched(), rows, known - timedelta(days=1), known)

    assert found.count("revised from") == 3
    assert found.endswith("; and 6 older ones")


def test_the_holdout_speaks_for_a_revised_cohort() -> None:
    """With a holdout its number is the one that was told."""
    rows = [
        measured(0.71),
        measured(0.68, late=1),
        measured(0.5, segment="holdout"),
        measured(0.4, late=1, segment="holdout"),
    ]

    (found,) = revisions(watched(holdout="tried = 0"), rows, rows[0].known_on, rows[1].known_on)

    assert "0.4, revised from 0.5" in found


def test_the_delay_curve_is_said_on_a_day_with_a_finding_on_labels() -> None:
    """Shares of the predictions, of the newest cohort that is old enough, beside the usual; silent on other days."""

    def rows(back: int, young: float, old: float, known: float) -> list[Measurement]:
        on = DAY - timedelta(days=back)
        first = Measurement("m", on - timedelta(days=1), 1, on, "label_coverage", "", "", young, None, None, 900)
        last = replace(first, day=on - timedelta(days=7), age=7, value=old)
        points = [replace(last, signal="label_delay", subject=f"day={k:02d}", value=known) for k in range(3, 7)]
        return [first, last, *points]

    history = [one for back in range(1, 20) for one in rows(back, 0.45, 0.96, 0.9)]
    late = Finding("m", DAY, None, 2, Severity.CRITICAL, Symptom.LABEL_DELAY, "labels", "", "late", "wait")

    now = [*history, *rows(0, 0.0, 0.6, 0.25)]
    assert list(delay_curve(now, [late], DAY)) == [
        "known 1/3/5/7 days after the prediction: 0/15/15/60 % lately, usually 45/86/86/96 %"
    ]
    assert not list(delay_curve(now, [], DAY))
    assert not list(delay_curve(now, [replace(late, symptom=Symptom.PERFORMANCE)], DAY))
