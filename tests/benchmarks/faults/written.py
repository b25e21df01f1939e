"""The table of faults as a page for people: sums first, faultless days, every fault, and in plain words what is missed."""

from collections.abc import Callable, Iterable, Sequence

from tests.benchmarks.faults.cells import Clean, Row
from tests.benchmarks.faults.misses import WHY

SIZES = ("0.01", "0.05", "0.1", "1")
HEADS = ("1 %", "5 %", "10 %", "100 %")
RULES = ("evidently", "nannyml")
SIGNS = {"yes": "1", "no": "–", "anyway": "~", "error": "!", "-": "·", "": ""}
WHERE = {"flights": "real flights", "loans": "made-up loans"}


def page(heads: Sequence[str], table: Sequence[Row], clean: Sequence[Clean]) -> str:
    """Compose the whole page."""
    sizes = sorted({int(one.rows) for one in table})
    lines = ["# Planted faults: what is found, when, and what is not", "", *_intro(heads, table), "", "## Sums", ""]
    lines += _sums(table, sizes)
    lines += ["", "## Faultless days", "", *_quiet(clean)]
    for rows in sizes:
        lines += ["", f"## Every fault at {rows:,} rows a day", "", *_faults([x for x in table if x.rows == str(rows)])]
    lines += ["", "## What Vitals misses, and why", "", *_misses(table), ""]
    return "\n".join(lines)


def _intro(heads: Sequence[str], table: Sequence[Row]) -> list[str]:
    faults = len({one.fault for one in table})
    return [
        f"{faults} faults, each on 1, 5, 10 and 100 % of the rows where it can be a part, in two faultless logs: the demo's real flights",
        "(22 July 2013, 73 days of history; 100,000 rows a day are drawn from the real days' 940 with replacement) and a made-up credit service.",
        "A drawn day keeps the luck of its 940 rows: what is rare in them differs from day to day more than it would among 100,000.",
        "A fault lasts seven days. Inputs are answered by a stand-in model, so a spoilt input moves score and decision as it would.",
        "",
        "- **Vitals**: the first day with a line about the right column or signal that the same days without the fault do not have.",
        "  It is watched until a line also names the kind of fault asked for, seven days at most.",
        "- **Evidently**: `DataDriftPreset` without arguments. **NannyML**: `UnivariateDriftCalculator` and `MissingValuesCalculator` by day,",
        "  default methods and thresholds. Both get inputs, score, decision, latency and status, the 28 days before as fixed reference,",
        "  and the fault's first day only; at 100,000 rows every fourth cell and every fourth faultless day, and for Evidently every tenth",
        "  row of the reference.",
        "",
        "Both can be tuned and set up otherwise; this is what they say out of the box. The flights' model file has a hard limit on",
        "`distance` (0 to 6,000, 2 % missing) and a rule that no answer above 50 % is an `ok`; lines from these count as found and are named below.",
        "The thresholds of Vitals were chosen on simulated columns, but these flights were looked at then: that log is partly in-sample.",
        "One seed, one first day: a cell is one trial, not a rate.",
        "",
        f"Written by `make bench-faults`: {', '.join(heads)}. Machine-readable beside this page: FAULTS.csv. The tests recompute Vitals at 1,000 rows.",
    ]


def _sums(table: Sequence[Row], sizes: Sequence[int]) -> list[str]:
    """Count found cells per rows a day and size, and on the cells that peers can see."""
    lines = [
        "| rows a day, size | cells | Vitals day 1 | by day 3 | by day 7 | cells seen by all | Vitals day 1 | Evidently | NannyML |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for rows in sizes:
        for size, head in zip(SIZES, HEADS, strict=True):
            some = [one for one in table if one.rows == str(rows) and one.size == size]
            seen = [one for one in some if one.evidently not in {"", "-"}]
            found = [str(_within(some, days)) for days in (1, 3, 7)]
            both = [str(_count(seen, lambda one, rule=rule: getattr(one, rule) == "yes")) for rule in RULES]
            cells = [f"{rows:,}, {head}", str(len(some)), *found, str(len(seen)), str(_within(seen, 1)), *both]
            lines.append(f"| {' | '.join(cells)} |")
    note = "An alert that the same day without the fault has too does not count, whoever gives it."
    return [*lines, "", note, *_right(table)]


def _right(table: Sequence[Row]) -> list[str]:
    """Say how often found lines were right in more than being there."""
    found = [one for one in table if one.found_on]
    moved = [one for one in found if one.cause]
    quiet = _count(found, lambda one: one.quiet == "yes")
    return [
        (
            f"Of Vitals' {len(found)} found cells of {len(table)}, {_count(found, lambda one: one.subject == 'yes')} name the right column or signal, "
            f"{_count(found, lambda one: one.named == 'yes')} say the kind of fault that was asked for, {quiet} are information only."
        ),
        f"By then an answer had moved in {len(moved)} of them; the right input stands first under it in {_count(moved, lambda one: one.cause == 'yes')}.",
        (
            f"On a fault's first day Vitals spoke of {_mean(table, 'others')} other subjects on average, "
            f"Evidently of {_mean(table, 'evidently_others')} other columns, NannyML of {_mean(table, 'nannyml_others')}."
        ),
    ]


def _mean(table: Iterable[Row], name: str) -> str:
    counts = [int(getattr(one, name)) for one in table if getattr(one, name)]
    return f"{sum(counts) / len(counts):.1f}" if counts else "?"


def _within(rows: Iterable[Row], days: int) -> int:
    return _count(rows, lambda one: bool(one.found_on) and int(one.found_on) <= days)


def _count(rows: Iterable[Row], which: Callable[[Row], bool]) -> int:
    return sum(1 for one in rows if which(one))


def _quiet(clean: Sequence[Clean]) -> list[str]:
    """Give false alarms per model-day."""
    lines = [
        "One model; nothing planted. A rule that speaks every day finds everything: read the tables above and below against this one.",
        "Vitals' lines are all counted, also those that only inform; the peers see columns, Vitals also traffic, segments and rules.",
        "Days are judged in order; the peers' reference stays. The real flights have real events: on 1 August another model version",
        "takes over, and it is a summer of storms. At 100,000 rows each real row is there a hundred times: a carrier with 2 to 16 real",
        "rows a day has 200 to 1,700, which hold only 2 to 16 scores; such a segment counts as the rows that it is worth, and is not judged.",
        "28 days of one log are one sample: how often Vitals speaks where nothing happens is measured over many worlds in",
        "FALSE_ALARMS.md. Labels, metrics and suites are in neither.",
        "",
        "| rule | log | rows a day | columns | days | days with an alert | alerts a day |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    names = {"vitals": "Vitals", "evidently": "Evidently", "nannyml": "NannyML"}
    for one in clean:
        share, each = int(one.days_with_alert) / int(one.days), int(one.alerts) / int(one.days)
        what = f"{names[one.rule]} | {WHERE[one.world]} | {int(one.rows):,} | {one.columns} | {one.days}"
        lines.append(f"| {what} | {share * 100:.0f} % | {each:.2f} |")
    return lines


def _faults(table: Sequence[Row]) -> list[str]:
    """Give a line per fault."""
    sizes = " | ".join(HEADS)
    lines = [
        "First four columns: the day on which Vitals finds it (– not within seven). `column`, `kind`, `cause`: of its found cells, how many",
        "name the right column or signal, the kind of fault, and the right input first under a moved answer (of those where one moved).",
        "E and N: Evidently and NannyML on day 1: 1 found, – not, ~ alerts on that day without the fault too, ! stops with an error,",
        "· no column to look at, empty: not run. Faults of one segment, of a whole column or of the traffic stand under 100 %.",
        "",
        f"| fault | {sizes} | column | kind | cause | E {sizes} | N {sizes} |",
        "|---|" + ":-:|" * 15,
    ]
    for name in dict.fromkeys(one.fault for one in table):
        some = {one.size: one for one in table if one.fault == name}
        found = [one for one in some.values() if one.found_on]
        moved = [one for one in found if one.cause]
        cells = [(some[size].found_on or "–") if size in some else "" for size in SIZES]
        cells += [_share(found, "subject"), _share(found, "named"), _share(moved, "cause")]
        cells += [SIGNS[getattr(some[size], rule)] if size in some else "" for rule in RULES for size in SIZES]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _share(rows: Sequence[Row], name: str) -> str:
    return f"{_count(rows, lambda one: getattr(one, name) == 'yes')}/{len(rows)}" if rows else ""


def _misses(table: Sequence[Row]) -> list[str]:
    """List what was not found on the first day, with the reason known for it."""
    lines = []
    for name in dict.fromkeys(one.fault for one in table):
        late = [one for one in table if one.fault == name and one.found_on != "1"]
        if late:
            cells = "; ".join(f"{_cell(one)}: {_when(one)}" for one in late)
            lines.append(f"- **{name}** ({cells}). {WHY.get(name, '')}".rstrip())
    limits = [one for one in table if "breaks its limit" in one.said]
    lost = [one for one in table if one.found_on != "1" and "yes" in {one.evidently, one.nannyml}]
    return [
        *lines,
        "",
        f"Found on day 1 by Evidently or NannyML and not by Vitals: {_named(lost)}.",
        "",
        f"Found by the model file's own limit first, not by comparison with the past: {_named(limits)}.",
    ]


def _named(rows: Sequence[Row]) -> str:
    return "; ".join(f"{one.fault}, {_cell(one)}" for one in rows) or "none"


def _cell(one: Row) -> str:
    return f"{float(one.size) * 100:g} % of {int(one.rows):,}"


def _when(one: Row) -> str:
    return f"day {one.found_on}" if one.found_on else "not found"
