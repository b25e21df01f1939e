"""Runs a model's suite on the rows of one day that were read.

One fresh, throw-away context per run, the pandas engine on the columns the suite needs, no examples of
rows in the results, no progress bars. It knows nothing of sources and never reads one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations import catalogue, results
from expectations.building import build, library
from expectations.entries import PARAMETERS, Entry
from expectations.frames import frame
from expectations.loading import Suite, load_suite, suite_columns, suite_paths
from expectations.results import ERROR, FAIL, PASS, VACUOUS, Verdict
from vitals import words
from vitals.records import Partition, Validation
from vitals.spec.model import Model
from vitals.spec.rowcount import AWAITING, RowCount

if TYPE_CHECKING:
    import pandas as pd

Parameters = Mapping[str, datetime]
_SUMMARY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
_COMPLETE = {"result_format": "COMPLETE", "partial_unexpected_count": 0}


def validate(model: Model, partition: Partition, suites_dir: Path) -> list[Validation]:
    """Hold a day's rows against the model's suite.

    Parameters
    ----------
    suites_dir : the folder with `<suite>.yaml`.

    Returns
    -------
    One Validation per expectation, in the suites' order; [] for a model without a suite. Status is pass,
    fail, error (it could not be computed: a missing column, a wrong type) or vacuous (it
    had no value to look at). A day without rows is vacuous throughout.

    Raises
    ------
    ConfigError : the suite is missing or wrong, with all its problems.
    """
    suites = [load_suite(path) for path in suite_paths(suites_dir, model)]
    return run_suites(model, suites, partition)


def run_suites(model: Model, suites: Sequence[Suite], partition: Partition) -> list[Validation]:
    """Hold rows against suites, in their order; see `validate`."""
    return [validation for suite in suites for validation in _validated(model, suite, partition)]


def _validated(model: Model, suite: Suite, partition: Partition) -> list[Validation]:
    """Hold a day's rows against one suite."""
    facts = partition.facts
    parameters = dict(zip(PARAMETERS, (facts.window_start, facts.window_end), strict=True))
    verdicts = _unrunnable(suite, partition)
    runnable = [entry for entry in suite.entries if entry.key not in verdicts]
    if runnable:
        verdicts |= _run(suite, runnable, partition, parameters, frozenset(model.keep_examples))
    return [_validation(model, partition, suite, entry, verdicts[entry.key]) for entry in suite.entries]


def _unrunnable(suite: Suite, partition: Partition) -> dict[str, Verdict]:
    """Decide what needs no run: no rows, a missing column, a sampled day, a number of rows that other days decide."""
    if partition.table.num_rows == 0:
        return {entry.key: Verdict(VACUOUS, observed="no rows", n=0) for entry in suite.entries}
    sampled, rows = partition.table.num_rows != partition.facts.rows, partition.facts.rows
    decided = {}
    for entry in suite.entries:
        missing = _missing(entry, partition)
        if missing:
            decided[entry.key] = Verdict(ERROR, error=f"the column {missing[0]} is missing")
        elif RowCount.of_key(entry.key):
            decided[entry.key] = Verdict(VACUOUS, f"{words.count(rows, 'row')}{AWAITING}", n=rows)
        elif sampled and entry.type in catalogue.ROW_COUNTS:
            decided[entry.key] = _counted(entry, rows)
    return decided


def _counted(entry: Entry, rows: int) -> Verdict:
    """Hold the number of rows, which is exact on a sampled day too, against what a suite expects."""
    if "row_condition" in entry.kwargs:
        return Verdict(VACUOUS, observed="only a sample of the rows was read")
    exactly = entry.kwargs.get("value")
    expected = RowCount.of_arguments(entry.kwargs)
    passed = rows == exactly if exactly is not None else expected.holds(rows, {})
    return Verdict(PASS if passed else FAIL, observed=str(rows), n=rows)


def _missing(entry: Entry, partition: Partition) -> list[str]:
    """Name the columns that an expectation reads and the day does not have."""
    exempt = entry.column if entry.type == catalogue.EXISTENCE else None
    return [name for name in entry.columns if name != exempt and name not in partition.table.column_names]


def _run(
    suite: Suite, entries: Sequence[Entry], partition: Partition, parameters: Parameters, keep: frozenset[str]
) -> dict[str, Verdict]:
    """Let the library compute some of a suite's expectations; `keep` are the columns whose values may be shown."""
    objects = build(suite)
    data = frame(partition.table.select([n for n in suite_columns(suite) if n in partition.table.column_names]))
    if data.columns.empty:
        data = partition.table.select([0]).to_pandas()
    batch = _batch(data)

    def computed(chosen: Sequence[Entry], form: Mapping[str, object]) -> dict[str, Any]:
        needed = {name: parameters[name] for entry in chosen for name in entry.parameters}
        # Copies: a suite ties its members to itself, and the built ones are shared by all threads.
        some = library().ExpectationSuite(suite.name, expectations=[objects[entry.key].copy() for entry in chosen])
        outcome = batch.validate(some, result_format=form, expectation_parameters=needed)
        return {result.expectation_config.meta["key"]: result for result in outcome.results}

    def values(entry: Entry) -> int:
        return _values(batch, data, entry)

    found = computed(entries, _SUMMARY)
    verdicts = {entry.key: results.read(entry, found[entry.key], len(data), values) for entry in entries}
    shown = [e for e in entries if verdicts[e.key].unexpected and e.columns and keep.issuperset(e.columns)]
    for key, result in (computed(shown, _COMPLETE) if shown else {}).items():
        verdicts[key] = results.with_examples(verdicts[key], result)
    return verdicts


def _batch(data: "pd.DataFrame") -> Any:
    """Put a frame into a fresh context of the library."""
    gx = library()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("day")
    return asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": data})


def _values(batch: Any, data: "pd.DataFrame", entry: Entry) -> int:
    """Count the rows that a column expectation looks at."""
    condition = _condition(entry)
    if condition is not None:
        data = batch.data.execution_engine.get_domain_records({"row_condition": condition})
    if entry.type in catalogue.ABOUT_NULLS or entry.column is None:
        return len(data)
    return int(data[entry.column].notna().sum())


def _condition(entry: Entry) -> Any:
    """Make the library's object of a row condition."""
    from great_expectations.expectations.row_conditions import deserialize_row_condition

    return deserialize_row_condition(entry.kwargs.get("row_condition"))


def _validation(model: Model, partition: Partition, suite: Suite, entry: Entry, verdict: Verdict) -> Validation:
    """Write down one verdict."""
    description = entry.description
    if verdict.error and verdict.error.startswith("the column "):
        description = f"{verdict.error}, so this cannot be said: {description}"
    return Validation(
        model=model.name,
        day=partition.facts.day,
        suite=suite.name,
        key=entry.key,
        column=entry.column,
        severity=entry.severity,
        status=verdict.status,
        observed=verdict.observed,
        n=verdict.n,
        unexpected=verdict.unexpected,
        share=verdict.share,
        description=description,
        error=verdict.error,
    )
