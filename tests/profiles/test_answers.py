"""What the model answered within bins of its inputs: exact, free of any order, small, and back from the store as it was."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from vitals.profiles import Profile, decode, encode, profile_partition, summarise
from vitals.profiles.answers import ENOUGH
from vitals.profiles.types import Answers
from vitals.records import Partition, PartitionFacts
from vitals.spec.model import Model, Predictions
from vitals.spec.parts import Positive, Task

DAY, START = date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC)


def model(**changes: object) -> Model:
    log = Predictions(
        source="log", table="t", time="at", score="score", decision="decision", inputs=("amount", "shop"), version="v"
    )
    plain = Model(model="m", task=Task.BINARY, timezone="UTC", predictions=log, positive=Positive(decision="warn"))
    return plain.model_copy(update=changes)


def rows(n: int = 3000, seed: int = 1) -> pd.DataFrame:
    """Scores that rise with the amount; a third of the amounts 0, a tenth missing."""
    rng = np.random.default_rng(seed)
    amount = np.where(rng.random(n) < 0.3, 0.0, rng.lognormal(3, 1, n))
    score = 1 / (1 + np.exp(-(amount / 40 - 1 + rng.normal(0, 0.3, n))))
    amount[rng.random(n) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "at": [START + timedelta(microseconds=int(t)) for t in rng.integers(0, 86_400_000_000, n)],
            "score": score,
            "decision": np.where(score > 0.5, "warn", "ok"),
            "amount": amount,
            "shop": rng.choice(["a", "b", "c", None], n),
            "v": "one",
        }
    )


def answers(frame: pd.DataFrame, subject: str, watched: Model | None = None) -> Answers:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    facts = PartitionFacts(
        "m", DAY, START, START, len(frame), 0, None, None, (0,) * 24, (1.0,) * 24, tuple(frame.columns)
    )
    found = {
        p.subject: p.answers for p in profile_partition(watched or model(), Partition(facts, table)) if not p.segment
    }
    assert found[subject] is not None
    return found[subject]


def test_sums_are_those_of_the_rows_in_each_bin() -> None:
    """Right-closed bins by the input's own quantiles, its frequent value alone, nulls last."""
    frame = rows()
    found = answers(frame, "amount")
    at = np.where(frame["amount"].isna(), len(found.edges), found.edges.searchsorted(frame["amount"]))

    assert found.names == ("score", "decision=warn")
    assert found.rows[0].tolist() == np.bincount(at, minlength=len(found.edges) + 1).tolist()
    np.testing.assert_allclose(found.sums[0], np.bincount(at, frame["score"]), atol=0.02)
    assert found.sums[1].tolist() == np.bincount(at, frame["decision"] == "warn").tolist()
    assert found.rows[0, 0] == (frame["amount"] == 0).sum()


def test_texts_have_a_bin_each_then_others_then_nulls() -> None:
    """In the order of the day's summary."""
    frame = rows()
    found, counts = answers(frame, "shop"), frame["shop"].value_counts()

    assert dict(zip(found.texts, found.rows[0].tolist(), strict=False)) == counts.to_dict()
    assert found.rows[0, -2:].tolist() == [0, frame["shop"].isna().sum()]


def test_no_order_of_rows_changes_a_bit_of_a_sampled_day_either() -> None:
    """A day of many rows is sampled by what the rows hold."""
    frame = rows(3 * ENOUGH)
    shuffled = frame.sample(frac=1, random_state=1)
    found = answers(frame, "amount")

    assert ENOUGH / 2 < found.rows[0].sum() < 2 * ENOUGH
    for name in ("rows", "sums", "edges"):
        assert getattr(found, name).tobytes() == getattr(answers(shuffled, "amount"), name).tobytes()
    mean = (found.sums[0] / found.rows[0]).tolist()
    full = frame.groupby(found.edges.searchsorted(frame["amount"].fillna(np.inf)))["score"].mean().to_numpy()
    np.testing.assert_allclose(mean, full, atol=0.02)


def test_rows_of_one_instant_are_all_taken() -> None:
    """A batch that stamps one time on all its rows cannot be sampled by it."""
    frame = rows(2 * ENOUGH + 1000).assign(at=START)

    assert answers(frame, "amount").rows[0].sum() == len(frame)


def test_a_regressions_answer_is_its_number() -> None:
    """And what is not finite was no answer."""
    log = model().predictions.model_copy(update={"score": None})
    frame = rows().assign(decision=lambda f: f["score"] * 1e6)
    frame.loc[:9, "decision"] = np.inf
    found = answers(frame, "amount", model(task=Task.REGRESSION, predictions=log, positive=None))

    assert found.names == ("decision",)
    assert found.rows[0].sum() == len(frame) - 10
    assert found.sums[0].sum() == pytest.approx(frame["decision"][10:].sum(), rel=1e-4)


@pytest.mark.parametrize("subject", ["amount", "shop"])
def test_answers_come_back_from_the_store_bit_for_bit_and_stay_small(subject: str) -> None:
    """Less than 700 bytes an input and day; without answers the bytes are the old ones."""
    frame = rows(20_000)
    summary = summarise(pa.Array.from_pandas(frame[subject]))
    old = Profile("m", DAY, subject, "", summary)
    new = Profile("m", DAY, subject, "", summary, (), answers(frame, subject))

    back = decode(encode(new), "m", DAY, subject, "").answers
    assert back is not None
    assert new.answers is not None
    for name in ("edges", "rows", "sums"):
        assert getattr(back, name).tobytes() == getattr(new.answers, name).tobytes()
    assert (back.texts, back.names) == (new.answers.texts, new.answers.names)
    assert encode(old)[0] == 1
    assert decode(encode(old), "m", DAY, subject, "").answers is None
    assert len(encode(new)) - len(encode(old)) < 700
