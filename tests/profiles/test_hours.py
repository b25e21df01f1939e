"""A day's columns by local hour: counted rightly, free of any order, back from the store as they were, and left out where hours say nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.profiles.test_answers import model
from vitals.profiles import Profile, decode, encode, profile_partition
from vitals.profiles.hours import bin_edges, texts
from vitals.profiles.types import NumericSummary
from vitals.records import Partition, PartitionFacts

DAY, START = date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC)
ONES = (1.0,) * 24


def rows(n: int = 1200, first: int = 5, last: int = 20) -> pd.DataFrame:
    """Amounts, a tenth of them missing from 14:00 on, and two shops."""
    rng = np.random.default_rng(3)
    at = [START + timedelta(seconds=int(s)) for s in rng.integers(first * 3600, last * 3600, n)]
    late = np.array([one.hour >= 14 for one in at])
    amount = np.where(late & (rng.random(n) < 0.1), np.nan, np.round(rng.lognormal(3, 1, n), 1))
    score = rng.random(n)
    return pd.DataFrame(
        {"at": at, "score": score, "decision": "ok", "amount": amount, "shop": rng.choice(["a", "b"], n), "v": "one"}
    )


def profile(frame: pd.DataFrame, subject: str, lengths: tuple[float, ...] = ONES) -> Profile:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    facts = PartitionFacts("m", DAY, START, START, len(frame), 0, None, None, (0,) * 24, lengths, tuple(frame.columns))
    found = profile_partition(model(), Partition(facts, table))
    return next(one for one in found if one.subject == subject and not one.segment)


def test_each_hours_rows_are_counted_in_the_days_own_parts() -> None:
    """Rows per hour exactly; the share of missing rows, of a text and of a bin within what a byte can hold."""
    frame = rows()
    of_hour = frame["at"].dt.hour
    amount, shop = profile(frame, "amount"), profile(frame, "shop")
    assert amount.hours is not None
    assert shop.hours is not None
    assert isinstance(amount.summary, NumericSummary)

    edges = bin_edges(amount.summary)
    wanted = frame["amount"].isna().groupby(of_hour).mean().reindex(range(24), fill_value=0)
    lowest = (frame["amount"] <= edges[1]).groupby(of_hour).mean().reindex(range(24), fill_value=0)

    assert amount.hours.rows.tolist() == of_hour.value_counts().reindex(range(24), fill_value=0).tolist()
    assert amount.hours.shares[-1] == pytest.approx(wanted.to_numpy(), abs=0.004)
    assert amount.hours.shares[:2].sum(axis=0) == pytest.approx(lowest.to_numpy(), abs=0.004)
    a = (frame["shop"] == "a").groupby(of_hour).mean().reindex(range(24), fill_value=0)
    assert shop.hours.shares[texts(shop.summary).index("a")] == pytest.approx(a.to_numpy(), abs=0.004)  # type: ignore[arg-type]


def test_hours_come_back_from_the_store_whatever_the_order_of_rows() -> None:
    """The same bytes from shuffled rows; decoded, every byte is as it was, beside answers or without."""
    frame = rows()
    for subject in ("amount", "shop", "score"):
        one, other = profile(frame, subject), profile(frame.sample(frac=1, random_state=1), subject)
        back = decode(encode(one), "m", DAY, subject, "").hours

        assert encode(one) == encode(other)
        assert back is not None
        assert one.hours is not None
        assert back.rows.tolist() == one.hours.rows.tolist()
        assert back.codes.tobytes() == one.hours.codes.tobytes()
        assert (decode(encode(one), "m", DAY, subject, "").answers is None) == (one.answers is None)


def test_profiles_of_before_have_no_hours() -> None:
    """What was written without hours is read as ever."""
    one = replace(profile(rows(), "amount"), hours=None)

    back = decode(encode(one), "m", DAY, "amount", "")

    assert encode(one)[0] == 2
    assert back.hours is None
    assert back.answers is not None


def test_days_whose_hours_say_nothing_have_none() -> None:
    """Few rows, a change of clocks, or all rows in one hour."""
    assert profile(rows(199), "amount").hours is None
    assert profile(rows(), "amount", (0.0, *ONES[1:])).hours is None
    assert profile(rows(first=7, last=8), "amount").hours is None
