"""What a revision says: what is other than in the revision before, and nothing when nothing is."""

from dataclasses import replace

from tests.digest.samples import CHANNEL, DAY, facts, finding, incident, metrics, missing, model, yesterday
from vitals.digest import Digest, ModelNews, compose
from vitals.records import Finding, Severity, Symptom
from vitals.render import html, text

ERRORS = finding(Symptom.ERRORS, "status", "status: 6 % of 910 answers failed", severity=Severity.WARNING)


def news(*found: Finding, rows: int = 910, **rest: object) -> ModelNews:
    """Give a model's news with these findings, opened today."""
    given = ModelNews(model(), DAY, "monitored", facts(rows=rows), found, tuple(map(incident, found)))
    return replace(given, **rest)


def revised(first: ModelNews, second: ModelNews) -> Digest:
    """Compose the second revision of a day."""
    before = compose(CHANNEL, DAY, [first], yesterday())
    return compose(CHANNEL, DAY, [second], yesterday(), 2, before)


def test_added_withdrawn_and_worse_are_said_with_the_rows_that_came_late() -> None:
    """Each change once, the most urgent first."""
    drift = finding(Symptom.RESPONSE_DRIFT, "decision", "decision: 31 % are 'warn', usually 18-24 %")

    digest = revised(
        news(ERRORS, missing("temp", 0.13)), news(replace(ERRORS, severity=Severity.CRITICAL), drift, rows=923)
    )

    assert digest.changed == (
        "critical, was warning: P1 flight_late · errors: status: 6 % of 910 answers failed",
        "added: P2 flight_late · response drift: decision: 31 % are 'warn', usually 18-24 %",
        "withdrawn: P3 flight_late · input drift · temp",
        "flight_late: 910 -> 923 rows",
    )
    assert "Revised: critical, was warning: P1" in text.render(digest)
    assert "withdrawn: P3 flight_late" in html.render(digest)


def test_other_numbers_are_said_beside_the_old_ones() -> None:
    """A statement and a primary metric that are others now."""
    late = replace(ERRORS, statement="status: 7 % of 923 answers failed")
    better = tuple(replace(one, value=0.8) if one.subject == "roc_auc" and one.value else one for one in metrics())

    digest = revised(news(ERRORS, metrics=metrics()), news(late, metrics=better))

    assert digest.changed == (
        "P1 flight_late · errors: status: 7 % of 923 answers failed (before: status: 6 % of 910 answers failed)",
        "flight_late: roc_auc of Thu 8 Aug 0.8, was 0.712",
    )


def test_a_model_that_is_monitored_after_all_is_said() -> None:
    """What it was before stands beside it."""
    digest = revised(news(status="not_monitored", problem="no such table", facts=None), news())

    assert digest.changed == ("withdrawn: P1 flight_late · not monitored", "flight_late: monitored, was not monitored")


def test_many_changes_are_counted() -> None:
    """Five of them by name."""
    many = [replace(missing(f"c{number}", number / 20), segment=f"origin={number}") for number in range(9)]

    digest = revised(news(), news(*many))

    assert (len(digest.changed), digest.changed[-1]) == (6, "and 4 other changes")


def test_what_changed_is_no_content_of_its_own() -> None:
    """The same day composed once more equals its last revision, so it is not revised for ever."""
    digest = revised(news(ERRORS), news(rows=923))

    assert compose(CHANNEL, DAY, [news(rows=923)], yesterday()).content_hash == digest.content_hash
    assert revised(news(ERRORS), news(ERRORS)).changed == ()
