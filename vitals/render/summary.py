"""What is told beside the daily digest, as sheets: what a backfill found, what a week was like, what is resolved.

`vitals.render.sheet` turns a sheet into text, Slack messages or a page.
"""

from collections.abc import Sequence

from vitals import words
from vitals.digest.content import Resolved
from vitals.digest.episodes import BackfillSummary, Covered, Episode, ResolvedNote, WeeklySummary
from vitals.digest.notes import mute_command
from vitals.records import Day
from vitals.render import phrases, sheet
from vitals.render.blocks import context, escaped, fitting, metadata, rich, section
from vitals.render.blocks import text as shown
from vitals.render.cards import marks
from vitals.render.messages import SlackMessage
from vitals.render.sheet import Sheet, Table
from vitals.render.tokens import guarded

Summary = BackfillSummary | WeeklySummary
_NUMBERS = frozenset({"days"})
_COLUMNS = ("worst", "what", "now", "days", "first", "last")
_OPEN = ("worst", "what", "incident", "days", "first", "last")
_HANDLE = 8  # letters by which `vitals decide` knows an incident


def text(summary: Summary) -> str:
    """Render a summary for a terminal."""
    return sheet.text(sheet_of(summary))


def slack(summary: Summary) -> SlackMessage:
    """Render a summary within Slack's limits; it calls nobody."""
    return sheet.slack(sheet_of(summary))


def html(summary: Summary) -> str:
    """Render a summary as a self-contained page (UTF-8)."""
    return sheet.html(sheet_of(summary))


def resolved(note: ResolvedNote) -> SlackMessage:
    """Say in the thread of a digest what of it is over; it calls nobody."""
    lines = [phrases.resolved(one) for one in note.resolved]
    head = f"✅ Resolved on {words.day_words(note.day)}"
    small = "It is opened again by itself should it come back within 7 days."
    blocks = (
        rich(
            section([shown(head, bold=True)]),
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 0,
                "elements": [_struck(one) for one in note.resolved],
            },
        ),
        context([small]),
    )
    said = fitting([escaped(line) for line in (head, *lines)])
    return guarded(SlackMessage(said, blocks, metadata(note.key, 1, 0), plain=(said,)), ())


def sheet_of(summary: Summary) -> Sheet:
    """Say a summary as a sheet."""
    return _backfill(summary) if isinstance(summary, BackfillSummary) else _week(summary)


def _backfill(summary: BackfillSummary) -> Sheet:
    still = sum(one.resolved_on is None for one in summary.episodes)
    first, last = summary.first_day, summary.last_day
    found = words.count(len(summary.episodes), "episode") if summary.episodes else "nothing found"
    state = f"{found}, {still:,} still open" if still else found
    rows = tuple(_row(one) for one in summary.episodes)
    after = "What is open stands in the next daily digest · " if still else ""
    return Sheet(
        key=summary.key,
        headline=f"Vitals backfill · {_range(first, last)}: {state}",
        small=(
            f"{_observed(summary.models)} observed; alerts of past days are not sent again and nobody is mentioned.",
        ),
        table=Table("Episodes", _COLUMNS, rows, _NUMBERS),
        lists=(("Not observed", _missing(summary.models)),),
        footer=f"{after}vitals show incidents --first-day {first.isoformat()} --last-day {last.isoformat()}",
    )


def _week(summary: WeeklySummary) -> Sheet:
    opened, ended = sum(summary.opened), sum(summary.resolved)
    longest = tuple(_named(one) for one in summary.longest)
    counts = f"{opened:,} opened ({_levels(summary.opened)}), {ended:,} resolved ({_levels(summary.resolved)})"
    alarms = f"; {words.count(summary.false_alarms, 'false alarm')}" if summary.false_alarms else ""
    lacking = (
        ("an owner: nobody is called for them", summary.without_owner),
        ("labels: no metrics", summary.without_labels),
        ("a runbook", summary.without_runbook),
    )
    return Sheet(
        key=summary.key,
        headline=f"Vitals week · {_range(summary.first_day, summary.last_day)}: {summary.open:,} open",
        small=(f"{counts}{alarms}; {_observed(summary.models)} observed.",),
        table=Table("Open longest", _OPEN, longest, _NUMBERS) if longest else None,
        lists=(
            ("Noisiest in 28 days", tuple(_noise(*one) for one in summary.noisiest)),
            ("Models without", tuple(f"{what}: {words.listed(names, 10)}" for what, names in lacking if names)),
            ("Delivery", summary.delivery),
            ("Not observed", _missing(summary.models)),
        ),
        footer="Take what is open or make it quiet: vitals decide accept|acknowledge|snooze INCIDENT --why TEXT"
        if summary.open
        else f"vitals show incidents --first-day {summary.first_day} --last-day {summary.last_day}",
    )


def _row(one: Episode) -> tuple[str, ...]:
    about = (one.model, one.symptom.replace("_", " "), words.listed(one.subjects, most=4), one.segment)
    return (
        f"P{one.priority} {one.severity}",
        " · ".join(filter(None, about)),
        "resolved" if one.resolved_on else "open",
        f"{one.days:,}",
        words.short_day(one.opened_on),
        words.short_day(one.last_seen_on),
    )


def _named(one: Episode) -> tuple[str, ...]:
    """Give an open episode's row, with its incident in the place of its state."""
    worst, what, _, *rest = _row(one)
    more = len(one.incidents) - 1
    incident = one.incidents[0][:_HANDLE] if one.incidents else ""
    return worst, what, incident + (f" +{more}" if more > 0 else ""), *rest


def _noise(model: str, symptom: str, subject: str, incidents: int) -> str:
    command = mute_command(model, symptom, subject)
    said = f"{model}: {symptom.replace('_', ' ')} {subject}".strip()
    return f"{said}, {words.count(incidents, 'incident')}" + (f"; mute it? `{command}`" if command else "")


def _struck(one: Resolved) -> dict[str, object]:
    where = " · ".join(
        part
        for part in (one.model, one.symptom.replace("_", " "), words.listed(one.subjects, most=6), one.segment)
        if part
    )
    days = words.count((one.resolved_on - one.opened_on).days, "day")
    level = f"{marks(one.priority)} P{one.priority} "
    return section(
        [shown(level, bold=True), shown(where, 300, strike=True), shown(f" after {days}: {one.reason}", 300)]
    )


def _missing(models: Sequence[Covered]) -> tuple[str, ...]:
    return tuple(
        f"{one.model}: {one.asked - one.observed:,} of {words.count(one.asked, 'day')}"
        + (f": {one.problem}" if one.problem else "")
        for one in models
        if one.observed < one.asked or one.problem
    )


def _observed(models: Sequence[Covered]) -> str:
    observed, asked = sum(one.observed for one in models), sum(one.asked for one in models)
    return f"{observed:,}/{words.count(asked, 'model-day')}"


def _levels(amounts: tuple[int, int, int]) -> str:
    return ", ".join(f"{amount:,} P{level}" for level, amount in enumerate(amounts, 1) if amount) or "none"


def _range(first: Day, last: Day) -> str:
    return (
        f"{words.short_day(first)} to {words.day_words(last)}"
        if first.year == last.year
        else (f"{words.day_words(first)} to {words.day_words(last)}")
    )
