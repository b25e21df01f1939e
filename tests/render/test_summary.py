"""Summaries of backfills and weeks: complete, within every limit, calling nobody, deaf to hostile names."""

import csv
from io import StringIO

import pytest

from tests.digest import summaries
from tests.render.checks import check, nodes, shown
from tests.render.test_text_html import Page
from vitals.digest.episodes import BackfillSummary, WeeklySummary
from vitals.render import summary

EVERY = [
    lambda: summaries.backfill(*summaries.SOME),
    summaries.backfill,
    lambda: summaries.backfill(*map(summaries.episode, range(400))),
    summaries.week,
    summaries.hostile_backfill,
    summaries.hostile_week,
]


@pytest.mark.parametrize("make", EVERY)
def test_every_summary_is_taken_by_every_validator_and_calls_nobody(make) -> None:
    """From nothing found to 400 episodes and hostile names."""
    message = summary.slack(make())
    check(message)
    assert not [node for node in nodes(message.blocks) if node.get("type") in {"user", "usergroup"}]


@pytest.mark.parametrize("make", EVERY)
def test_every_summary_comes_back_from_its_json(make) -> None:
    """A delivery can be repeated from what is stored; what cannot be encoded was replaced."""
    made = make()
    kind = BackfillSummary if isinstance(made, BackfillSummary) else WeeklySummary
    again = kind.from_json(made.to_json())
    assert again.to_json() == made.to_json()
    assert again.content_hash == made.content_hash


@pytest.mark.parametrize("make", EVERY)
def test_every_page_is_whole_and_every_text_printable(make) -> None:
    """Elements nest, nothing is loaded, no terminal is steered."""
    page = Page(summary.html(make()))
    assert page.open == []
    assert not {tag for tag, _ in page.found} & {"script", "img", "iframe", "link", "a"}
    assert all(c.isprintable() or c == "\n" for c in summary.text(make()))


def test_a_backfill_says_what_it_saw_and_that_nobody_is_called() -> None:
    """How much was observed, what not and why, and each episode with its days and its state."""
    said = summary.text(summaries.backfill(*summaries.SOME))
    assert "85/90 model-days observed; alerts of past days are not sent again and nobody is mentioned." in said
    assert "rebook: 5 of 30 days: table rebook_log has no rows before 6 Aug" in said
    assert "5 episodes, 2 still open" in said
    assert "P2 warning   flight_late · performance · roc_auc" in said


def test_episodes_that_the_root_cuts_are_in_thread_and_file() -> None:
    """All 400 are in the file, and the thread is three tables long."""
    message = summary.slack(summaries.backfill(*map(summaries.episode, range(400))))
    (file,) = message.files
    rows = list(csv.DictReader(StringIO(file.content.decode(), newline="")))
    assert len(rows) == 400
    assert len(message.thread) == 3
    assert "more rows: episodes.csv" in shown(message.thread[-1])


def test_a_week_names_what_needs_care() -> None:
    """Longest open, noisiest with the command that mutes it, models without owner or labels, trouble with delivery."""
    said = " ".join(summary.text(summaries.week()).split())
    for part in (
        "4 opened (1 P1, 3 P3), 3 resolved (1 P2, 2 P3); 1 false alarm; 20/21 model-days observed.",
        "input drift temp, 5 incidents; mute it? `vitals decide mute flight_late input_drift temp --why ...`",
        "eta_minutes: latency p95, 2 incidents",
        "an owner: nobody is called for them: eta_minutes and rebook",
        "perhaps told twice",
    ):
        assert part in said


def test_what_is_over_is_struck_through() -> None:
    """A note for the thread of the digest that told of it."""
    note = summary.resolved(summaries.over())
    check(note)
    struck = [node["text"] for node in nodes(note.blocks) if node.get("style") == {"strike": True}]
    assert struck == ["flight_late · missing answers · score", "flight_late · input drift · temp and visib"]
