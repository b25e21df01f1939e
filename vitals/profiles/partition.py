"""All profiles of one day: which columns are summarised, over which rows.

Responses over the whole day, per segment value and per version; the latency over the whole day; inputs over the whole
day, with a few numbers per segment value (and version, when there are several) to name where a fault lives, and with
what the model answered within their bins. Whole columns are also counted by local hour, to say when a fault began. Every counted row takes part, failed answers too:
errors are a symptom of their own. Groups under 100 rows are never summarised, so that no person shows.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vitals.profiles.answers import Answered, answered, answers_of_numbers, answers_of_texts, sample
from vitals.profiles.columns import Codes, Numbers, plain
from vitals.profiles.hours import Clock, clock, hours_of_numbers, hours_of_texts
from vitals.profiles.segments import Groups, group
from vitals.profiles.summarise import count_codes, summarise_counts, summarise_sorted
from vitals.profiles.types import Answers, Hours, Mini, NumericSummary, Profile, Summary
from vitals.records import WHOLE, Partition
from vitals.spec.model import Model

PERCENTS = np.array([5, 25, 50, 75, 95])


def profile_partition(model: Model, partition: Partition) -> list[Profile]:
    """Profile the watched columns that the day has.

    Returns
    -------
    Profiles by column in the order of `model.watched`, the whole day first, then its groups.

    Raises
    ------
    InputError : a watched column's type can be neither counted nor measured.
    """
    day, table, predictions = partition.facts.day, partition.table, model.predictions
    read = set(partition.facts.columns)
    segments = {name: group(table[name], name) for name in predictions.segments if name in read}
    versions = {"version": group(table[predictions.version], "version")} if predictions.version in read else {}
    rows = sample(table, predictions.time)
    answers, at = answered(model, partition, rows), clock(partition, predictions.time, rows)
    profiles: list[Profile] = []
    for name in (column for column in model.watched if column in read):
        column = plain(table[name], name)
        if name in model.responses:
            found = _summaries(column, segments | versions)
            hours = _hours(column, found[WHOLE], at)
            profiles.append(Profile(model.name, day, name, WHOLE, found.pop(WHOLE), hours=hours))
            profiles += [Profile(model.name, day, name, segment, summary) for segment, summary in found.items()]
        else:
            is_input = name in predictions.inputs and name != predictions.latency_ms
            by = segments | _several(versions) if is_input else {}
            others = {key: groups for key, groups in by.items() if key != name}
            summary, minis = _with_minis(column, others)
            given = _answers(column, summary, answers) if is_input and answers else None
            profiles.append(Profile(model.name, day, name, WHOLE, summary, minis, given, _hours(column, summary, at)))
    return profiles


def _several(versions: Mapping[str, Groups]) -> dict[str, Groups]:
    """Leave out versions on a day that has only one: it is the whole."""
    return {key: groups for key, groups in versions.items() if len(groups.segments) > 1}


def _answers(column: Numbers | Codes, summary: Summary, answers: Answered) -> Answers | None:
    if isinstance(column, Numbers) and isinstance(summary, NumericSummary):
        return answers_of_numbers(column, summary, answers)
    if isinstance(column, Codes) and not isinstance(summary, NumericSummary):
        return answers_of_texts(column, summary, answers)
    return None


def _hours(column: Numbers | Codes, summary: Summary, at: Clock | None) -> Hours | None:
    if at is None:
        return None
    if isinstance(column, Numbers) and isinstance(summary, NumericSummary):
        return hours_of_numbers(column, summary, at)
    if isinstance(column, Codes) and not isinstance(summary, NumericSummary):
        return hours_of_texts(column, summary, at)
    return None


def _summaries(column: Numbers | Codes, by: Mapping[str, Groups]) -> dict[str, Summary]:
    """Summarise a column over the whole day, then over each large group."""
    if isinstance(column, Codes):
        counted = {WHOLE: count_codes(column), **_counts_by_group(column, by)}
        return {segment: summarise_counts(column.texts, counts) for segment, counts in counted.items()}
    arranged = _sorted_by_group(column.values, by)
    summaries: dict[str, Summary] = {WHOLE: summarise_sorted(_merge(column.values, arranged))}
    for key, values in arranged.items():
        summaries |= {segment: summarise_sorted(values[rows]) for segment, rows in by[key].large()}
    return summaries


def _with_minis(column: Numbers | Codes, by: Mapping[str, Groups]) -> tuple[Summary, tuple[Mini, ...]]:
    """Summarise a column over the whole day, with a few numbers for each large group."""
    if isinstance(column, Codes):
        counted = _counts_by_group(column, by)
        few = tuple(_mini_of_counts(segment, column, counts) for segment, counts in counted.items())
        return summarise_counts(column.texts, count_codes(column)), few
    arranged = _sorted_by_group(column.values, by)
    minis = [_mini(segment, values[rows]) for key, values in arranged.items() for segment, rows in by[key].large()]
    return summarise_sorted(_merge(column.values, arranged)), tuple(minis)


def _sorted_by_group(values: NDArray[np.float64], by: Mapping[str, Groups]) -> dict[str, NDArray[np.float64]]:
    """Permute the column once per grouping, then sort each group in place."""
    arranged = {}
    for key, groups in by.items():
        permuted = values[groups.order]
        for first, last in zip(groups.bounds[:-1], groups.bounds[1:], strict=True):
            permuted[first:last].sort()
        arranged[key] = permuted
    return arranged


def _merge(values: NDArray[np.float64], arranged: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Sort a column; a stable sort only merges groups that are sorted already, at half the price."""
    for runs in arranged.values():
        return np.sort(runs, kind="stable")
    return np.sort(values)


def _counts_by_group(column: Codes, by: Mapping[str, Groups]) -> dict[str, NDArray[np.int64]]:
    counted = {}
    for groups in by.values():
        permuted = column.codes[groups.order]
        for segment, rows in groups.large():
            counted[segment] = count_codes(Codes(permuted[rows], column.texts))
    return counted


def _mini(segment: str, ordered: NDArray[np.float64]) -> Mini:
    some = int(ordered.searchsorted(np.nan))
    finite = ordered[ordered.searchsorted(-np.inf, "right") : ordered[:some].searchsorted(np.inf, "left")]
    nulls = ordered.size - some
    if not finite.size:
        return Mini(segment, ordered.size, nulls, None, None, 0)
    quantiles = finite[-(-PERCENTS * finite.size // 100) - 1]
    value, count = _largest_atom(finite)
    atom = repr(value).removesuffix(".0")
    return Mini(segment, ordered.size, nulls, tuple(quantiles.tolist()), atom, count)


def _largest_atom(ordered: NDArray[np.float64]) -> tuple[float, int]:
    """Give the longest run of an ascending array, the first of equal ones."""
    changes = ordered[1:] != ordered[:-1]
    if changes.all():
        return float(ordered[0]), 1
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    lengths = np.diff(starts, append=ordered.size)
    longest = int(lengths.argmax())
    return float(ordered[starts[longest]]), int(lengths[longest])


def _mini_of_counts(segment: str, column: Codes, counts: NDArray[np.int64]) -> Mini:
    n, nulls = int(counts.sum()), int(counts[-1])
    if n == nulls:
        return Mini(segment, n, nulls, None, None, 0)
    most = int(counts[:-1].max())
    tied = column.texts.take(np.flatnonzero(counts[:-1] == most)).to_pylist()
    return Mini(segment, n, nulls, None, min(tied), most)
