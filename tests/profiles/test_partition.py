"""A day's profiles: which columns, over which rows, and with which numbers."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pytest

from vitals.profiles import CategoricalSummary, Mini, NumericSummary, Profile, encode, profile_partition, summarise
from vitals.profiles.segments import group
from vitals.records import Partition, PartitionFacts
from vitals.spec.model import Model

DAY = dt.date(2026, 3, 1)
START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
N = 3000


def model(**changes: object) -> Model:
    """Build a watched model over the columns of `table`."""
    predictions = {
        "source": "w", "table": "p", "time": "at", "score": "score", "decision": "decision", "version": "build",
        "segments": ["shop", "floor"], "inputs": ["age", "colour", "shop"], "latency_ms": "ms",
        "status": {"column": "status", "ok": ["ok"]},
    }  # fmt: skip
    return Model.model_validate(
        {"model": "m", "task": "binary", "timezone": "UTC", "predictions": predictions | changes}
    )


def table(seed: int = 1, n: int = N) -> pa.Table:
    """Build a day: a large shop, a middle one, a small one of 60 rows, and rows without a shop."""
    rng = np.random.default_rng(seed)
    sizes = {"big": n // 2, "mid": n // 3, "tiny": 60}
    shops = [s for s, k in sizes.items() for _ in range(k)]
    shop = [*shops, *[None] * (n - len(shops))]
    return pa.table(
        {
            "at": pa.array([START] * n, pa.timestamp("us", "UTC")),
            "score": pa.array(rng.random(n)),
            "decision": pa.array(rng.choice(["yes", "no"], n)).dictionary_encode(),
            "build": pa.array(["gbm-2"] * (n - 50) + ["gbm-3"] * 50).dictionary_encode(),
            "shop": pa.array(shop, pa.string()).dictionary_encode(),
            "floor": pa.array(rng.integers(0, 3, n)),
            "age": pa.array(np.where(rng.random(n) < 0.2, np.nan, rng.integers(18, 90, n)), from_pandas=True),
            "colour": pa.array(rng.choice(["red", "blue", None], n), pa.string()).dictionary_encode(),
            "ms": pa.array(rng.gamma(2, 30, n)),
            "status": pa.array(["ok"] * n),
        }
    )


def profiles(rows: pa.Table, watched: Model | None = None) -> list[Profile]:
    """Profile a table as one day."""
    columns = tuple(rows.column_names)
    facts = PartitionFacts("m", DAY, START, START, rows.num_rows, 0, None, None, (0,) * 24, (1.0,) * 24, columns)
    return profile_partition(watched or model(), Partition(facts, rows))


def keyed(found: Sequence[Profile]) -> Mapping[tuple[str, str], Profile]:
    """Key profiles by subject and segment; none may come twice."""
    by = {(p.subject, p.segment): p for p in found}
    assert len(by) == len(found)
    return by


def test_columns_and_segments_of_a_day() -> None:
    """Responses overall, per large segment value and version; latency and inputs overall."""
    groups = ["", "shop=big", "shop=mid", "shop=∅", *sorted({"floor=0", "floor=1", "floor=2"}), "version=gbm-2"]
    expected = {(s, g) for s in ("score", "decision") for g in groups} | {
        (c, "") for c in ("ms", "age", "colour", "shop")
    }

    found = profiles(table())

    assert set(keyed(found)) == expected
    assert list(dict.fromkeys(p.subject for p in found)) == ["score", "decision", "ms", "age", "colour", "shop"]


def test_every_profile_equals_the_summary_of_its_rows() -> None:
    """Each profile is, bit for bit, the summary of the filtered rows."""
    rows = table()
    masks = {
        "": [True] * N,
        "shop=big": [v == "big" for v in rows["shop"].to_pylist()],
        "shop=∅": [v is None for v in rows["shop"].to_pylist()],
        "floor=1": [v == 1 for v in rows["floor"].to_pylist()],
        "version=gbm-2": [v == "gbm-2" for v in rows["build"].to_pylist()],
    }
    by = keyed(profiles(rows))

    for (subject, segment), profile in by.items():
        if segment in masks:
            summary = summarise(rows[subject].filter(pa.array(masks[segment])))
            bare = Profile("m", DAY, subject, segment, summary, profile.minis, profile.answers)
            assert encode(profile) == encode(bare), (subject, segment)


def test_minis_of_a_number_are_its_quantiles_and_atom() -> None:
    """Within each large segment value: rows, nulls, five quantiles and the most frequent value."""
    rows = table()
    ages = rows["age"].filter(pa.array([v == "mid" for v in rows["shop"].to_pylist()]))
    some = ages.drop_null().to_numpy()
    values, counts = np.unique(some, return_counts=True)

    minis = {m.segment: m for m in keyed(profiles(rows))["age", ""].minis}

    assert minis["shop=mid"] == Mini(
        segment="shop=mid",
        n=N // 3,
        nulls=ages.null_count,
        quantiles=tuple(np.quantile(some, [0.05, 0.25, 0.5, 0.75, 0.95], method="inverted_cdf")),
        atom=str(int(values[counts.argmax()])),
        atom_count=int(counts.max()),
    )
    assert set(minis) == {"shop=big", "shop=mid", "shop=∅", "floor=0", "floor=1", "floor=2", "version=gbm-2"}


def test_minis_of_a_text_have_an_atom_only() -> None:
    """A text within a segment: rows, nulls and the most frequent text."""
    rows = table()
    colours = rows["colour"].filter(pa.array([v == "big" for v in rows["shop"].to_pylist()])).to_pylist()
    top = max(["blue", "red"], key=colours.count)

    mini = next(m for m in keyed(profiles(rows))["colour", ""].minis if m.segment == "shop=big")

    assert mini == Mini("shop=big", N // 2, colours.count(None), None, top, colours.count(top))


def test_a_segment_column_has_no_minis_within_itself() -> None:
    """`shop` within `shop=big` says nothing, so only the other groupings are kept."""
    assert {m.segment.split("=")[0] for m in keyed(profiles(table()))["shop", ""].minis} == {"floor", "version"}


def test_row_order_changes_nothing() -> None:
    """Put the same rows in another order give the same bytes in the same order."""
    rows = table()
    turned = rows.take(pa.array(np.random.default_rng(9).permutation(N)))

    assert [(p.subject, p.segment, encode(p)) for p in profiles(rows)] == [
        (p.subject, p.segment, encode(p)) for p in profiles(turned)
    ]


def test_missing_columns_are_passed_over() -> None:
    """What the source does not have gets no profile, and a missing segment no groups."""
    found = profiles(table().drop_columns(["age", "shop", "build"]))

    assert {p.subject for p in found} == {"score", "decision", "ms", "colour"}
    assert {p.segment.split("=")[0] for p in found} == {"", "floor"}


@pytest.mark.parametrize("n", [0, 1])
def test_an_empty_day_and_a_single_row(n: int) -> None:
    """Each watched column still gets its profile, without groups or minis."""
    found = profiles(table().slice(0, n))

    assert [(p.subject, p.summary.n, p.segment, p.minis) for p in found] == [
        (c, n, "", ()) for c in ("score", "decision", "ms", "age", "colour", "shop")
    ]


def test_types_follow_the_column() -> None:
    """Numbers become anchored CDFs, texts counts."""
    by = keyed(profiles(table()))

    assert isinstance(by["score", "shop=big"].summary, NumericSummary)
    assert isinstance(by["decision", "shop=big"].summary, CategoricalSummary)


def test_an_all_null_segment_has_empty_minis() -> None:
    """An input that a segment never fills shows as nulls, without quantiles or atom."""
    rows = table()
    big = pa.array([v == "big" for v in rows["shop"].to_pylist()])
    ages = pa.compute.if_else(big, pa.scalar(None, pa.float64()), rows["age"])
    colours = pa.compute.if_else(big, pa.scalar(None, pa.string()), rows["colour"].cast(pa.string()))
    changed = rows.set_column(6, "age", ages).set_column(7, "colour", colours)

    by = keyed(profiles(changed))

    for column in ("age", "colour"):
        assert Mini("shop=big", N // 2, N // 2, None, None, 0) in by[column, ""].minis


def test_largest_values_get_names_and_the_others_share_the_rest() -> None:
    """20 values always, further ones from 100 rows up to 50, ties by text, then the rest group."""
    sizes = {f"v{i:02}": 100 for i in range(30)} | {f"w{i:02}": 99 for i in range(30)}
    rows = pa.array([v for v, k in sizes.items() for _ in range(k)])

    groups = group(rows, "c")

    assert groups.segments == (*[f"c=v{i:02}" for i in range(30)], "c=…")
    assert np.diff(groups.bounds).tolist() == [100] * 30 + [30 * 99]
    assert sorted(groups.order.tolist()) == list(range(len(rows)))


def test_at_most_50_values_get_names_and_small_ones_only_among_the_first_20() -> None:
    """60 large values: 50 names; 60 small ones: 20 names, none of them large enough for a profile."""
    assert len(group(pa.array([f"{i:02}" for i in range(60)] * 100), "c").segments) == 51
    small = group(pa.array([f"{i:02}" for i in range(60)]), "c")
    assert (len(small.segments), list(small.large())) == (21, [])


def test_segment_values_that_read_like_rest_or_null() -> None:
    """A value `…` joins the rest, a value `∅` joins the nulls: no segment comes twice."""
    groups = group(pa.array(["…", "∅", None, "a", "a", "a"]), "c")

    assert groups.segments == ("c=a", "c=∅", "c=…")
    assert np.diff(groups.bounds).tolist() == [3, 2, 1]


@pytest.mark.parametrize(
    ("values", "segments"),
    [
        (pa.array([1, 1, None]), ("c=1", "c=∅")),
        (pa.array([True, True, False]), ("c=true", "c=false")),
        (pa.array([0.5, 0.5, 2.0]), ("c=0.5", "c=2")),
        (pa.array([dt.date(2026, 1, 2)]), ("c=2026-01-02",)),
    ],
)
def test_segments_of_other_types_are_their_text(values: pa.Array, segments: tuple[str, ...]) -> None:
    """Numbers, booleans and dates are grouped by their text."""
    assert group(values, "c").segments == segments
