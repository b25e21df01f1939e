"""Input quality by explicit rules: expectations, hard limits of the model file, columns missing from the source.

These are people's own words, so they need no history, and what they say is kept as they say it: a finding of an
expectation has the severity written in the suite.
"""

from collections.abc import Mapping

from vitals import words
from vitals.judging import limits, rowcounts
from vitals.judging.day import Ruling, Today, calm, finding
from vitals.judging.drift import PART
from vitals.profiles import Profile
from vitals.records import EXAMPLES, Evidence, Severity, Symptom, Validation
from vitals.spec import Model
from vitals.spec.rowcount import KIND, RowCount

FAILING = "failing "
_OF_VALUES = "expect_column_values_to_"
_NOT_NULL = f"{_OF_VALUES}not_be_null"
FAILED = frozenset({"fail", "error", "vacuous"})
FEW_ROWS = 30  # from here on the share band judges the place of an answer or a latency too, and decides on good days


def judge(today: Today) -> Ruling:
    """Judge missing columns, hard limits and expectations of a day with rows."""
    ruling = _missing_columns(today)
    ruling += _limits(today, {p.subject: p for p in today.observed.profiles if not p.segment})
    ruling += _validations(today, set(today.facts.missing_columns))
    return ruling


def symptom_of(model: Model, column: str) -> Symptom:
    """Name the symptom of a limit or an expectation on a column by what the column is."""
    if column in model.responses:
        return Symptom.RESPONSE_DRIFT
    if column == model.predictions.latency_ms:
        return Symptom.LATENCY
    return Symptom.INPUT_QUALITY


def _missing_columns(today: Today) -> Ruling:
    ruling = Ruling(judged={(Symptom.INPUT_QUALITY, column, "") for column in today.facts.columns})
    table = today.model.predictions.table
    for column in today.facts.missing_columns:
        ruling.findings.append(
            finding(
                today,
                Symptom.INPUT_QUALITY,
                column,
                Severity.CRITICAL,
                f"column {column} is missing from {table}",
                what_to_do=f"Restore the column, or take it out of inputs of {today.model.name}.yaml.",
            )
        )
    return ruling


def _limits(today: Today, profiles: Mapping[str, Profile]) -> Ruling:
    ruling = Ruling()
    for limit in today.model.limits:
        profile = profiles.get(limit.column)
        holds = (limit.since is None or limit.since <= today.day) and (limit.until is None or today.day <= limit.until)
        if not holds or profile is None or profile.summary.n == 0:
            continue
        symptom = symptom_of(today.model, limit.column)
        if symptom is Symptom.INPUT_QUALITY or profile.summary.n < FEW_ROWS:
            ruling.judged.add((symptom, limit.column, ""))
        broken = limits.broken(limit, profile.summary)
        if broken:
            only = broken[0] if symptom is Symptom.INPUT_QUALITY and len(broken) == 1 else None
            ruling.findings.append(
                finding(
                    today,
                    symptom,
                    limit.column,
                    Severity.WARNING,
                    f"{limit.column} breaks its limit: {words.listed([one.text for one in broken])}",
                    value=only.share if only else None,
                    evidence=(Evidence(PART, only.part, only.share),) if only else (),
                )
            )
    return ruling


def _validations(today: Today, missing: set[str]) -> Ruling:
    """One finding a column: the worst failed expectation speaks, the others are evidence."""
    ruling = Ruling()
    failed: dict[str, list[Validation]] = {}
    for one in today.observed.validations:
        subject = _subject(one)
        if subject in missing or rowcounts.is_learning(one):
            continue
        ruling.judged.add((Symptom.INPUT_QUALITY, subject, ""))
        if one.status in FAILED:
            failed.setdefault(subject, []).append(one)
    for subject, ones in sorted(failed.items()):
        worst = max(ones, key=lambda v: _severity(today, v).rank)
        others = tuple(Evidence(_said(v), subject, v.share) for v in ones if v is not worst)
        ruling.findings.append(
            finding(
                today,
                Symptom.INPUT_QUALITY,
                subject,
                _severity(today, worst),
                _said(worst),
                value=worst.share,
                evidence=(*_part(worst), *others),
            )
        )
    return ruling


def _subject(one: Validation) -> str:
    """Name what an expectation is about: its column, the number of rows, else the expectation itself."""
    is_count = one.key.partition(":")[0] in (KIND, "expect_table_row_count_to_equal")
    return one.column or (rowcounts.SUBJECT if is_count else one.key)


def _part(one: Validation) -> tuple[Evidence, ...]:
    """Name the rows that fail, for grouping: columns of one feed fail alike."""
    kind = one.key.partition(":")[0]
    if one.status != "fail" or one.share is None:
        return ()
    name = "null" if kind == _NOT_NULL else f"{FAILING}{kind.removeprefix(_OF_VALUES).replace('_', ' ')}"
    return (Evidence(PART, name, one.share),)


def _severity(today: Today, one: Validation) -> Severity:
    """A vacuous pass is at least a warning, nothing was checked; usual traffic is not that of a holiday."""
    if RowCount.of_key(one.key):
        return calm(one.severity, today)
    if one.status == "vacuous" and one.severity is Severity.INFO:
        return Severity.WARNING
    return one.severity


def _said(one: Validation) -> str:
    subject = _subject(one)
    if RowCount.of_key(one.key):
        return f"{one.observed} ({one.description})"
    if one.status == "error":
        return f"{subject}: expectation could not be checked ({one.error or 'no reason given'}): {one.description}"
    if one.status == "vacuous":
        return f"{subject}: nothing to check ({one.observed or 'no values'}): {one.description}"
    share = f"{words.share(one.share)} of rows fail: " if one.share is not None else ""
    seen = f" (observed {one.observed})" if one.observed and one.share is None else ""
    _, _, examples = (one.observed or "").partition(EXAMPLES)
    return f"{subject}: {share}{one.description}{seen}" + (f" ({EXAMPLES[2:]}{examples})" if examples else "")
