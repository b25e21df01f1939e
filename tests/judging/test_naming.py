"""What kind of fault a moved column looks like."""

import numpy as np
import pyarrow as pa
import pytest

from tests.judging.building import day
from vitals.judging.naming import exchanged, named
from vitals.judging.verdict import Rule, Verdict
from vitals.profiles import Summary, summarise
from vitals.stats.atoms import Atom

PLAIN = Verdict(day(30), 1000, 0, judged=True, rule=Rule.DAY)
HOURS = np.array([0] * 6 + [20, 60, 90, 70, 50, 40, 45, 50, 60, 80, 95, 70, 40, 20, 10, 5, 0, 0])


def numbers(*values: float) -> Summary:
    return summarise(pa.array(values, pa.float64()))


def texts(**counts: int) -> Summary:
    return summarise(pa.array([text for text, n in counts.items() for _ in range(n)], pa.string()).dictionary_encode())


def hours(rng: np.random.Generator, shift: int = 0) -> Summary:
    return numbers(*((rng.choice(24, 800, p=HOURS / HOURS.sum()) + shift) % 24).astype(float))


def test_renamed_texts_are_named_with_the_pair() -> None:
    """Old and new in quotes, and the reason as a question."""
    assert named(PLAIN, texts(ua=600, AA=400), [texts(UA=600, AA=400)] * 14) == ": 'UA' now 'ua': upper and lower case?"
    assert named(PLAIN, texts(UA=400, AA=600), [texts(UA=600, AA=400)] * 14) == ": 'UA' and 'AA': exchanged?"


def test_new_texts_that_replace_none_are_listed() -> None:
    """With their shares; the rarest are left out."""
    today = texts(UA=530, AA=350, XX=80, YY=40)

    assert named(PLAIN, today, [texts(UA=600, AA=400)] * 14) == " ('XX' 8 % and 'YY' 4 % new)"


@pytest.mark.parametrize(
    ("atom", "said"),
    [
        (Atom(0.0, 0.1, 0.0, 5.0, steady=True), ": a default filled in?"),
        (Atom(3.5, 0.1, 0.0, 5.0, steady=True), ": a default filled in?"),
        (Atom(3.5, 0.4, 0.0, 5.0, steady=True), ": a feed that hangs?"),
        (None, ""),
    ],
)
def test_a_value_that_holds_many_rows_is_a_default_or_a_feed_that_hangs(atom: Atom | None, said: str) -> None:
    """Three tenths of the rows with a value that is no usual default: nothing new came."""
    verdict = Verdict(day(30), 1000, 0, judged=True, rule=Rule.ATOM, atom=atom)

    assert named(verdict, numbers(*np.linspace(0.1, 50.3, 100)), [numbers(1.5, 2.5)] * 14) == said


def test_moved_hours_are_named_and_noise_is_not() -> None:
    """Of 60 ordinary days none; each one moved by two hours is."""
    rng = np.random.default_rng(13)
    past = [hours(rng) for _ in range(14)]

    assert {named(PLAIN, hours(rng), past) for _ in range(60)} == {""}
    assert {named(PLAIN, hours(rng, 2), past) for _ in range(10)} == {": 2 hours later than usual: another time zone?"}
    assert {named(PLAIN, hours(rng, -1), past) for _ in range(10)} == {
        ": 1 hour earlier than usual: another time zone?"
    }


@pytest.mark.parametrize(
    ("today", "past"),
    [
        (texts(ua=10), [texts(UA=10)] * 13),
        (texts(), [texts(UA=10)] * 14),
        (texts(ua=10), [numbers(1, 2)] * 14),
        (summarise(pa.array([None, None], pa.float64())), [numbers(1, 2)] * 14),
        (numbers(4.0), [numbers(4.0)] * 14),
    ],
    ids=["thirteen days", "no rows", "numbers before", "all null", "one value"],
)
def test_where_nothing_is_known_nothing_is_named(today: Summary, past: list[Summary]) -> None:
    """The numbers of the line stand alone."""
    assert named(PLAIN, today, past) == ""


def test_two_columns_that_took_each_others_values_are_a_pair() -> None:
    """Numbers by range and by shape; never one column with two others, and not where only one of them looks so."""
    rng = np.random.default_rng(14)
    usual = {"a": (0.0, 1.0), "b": (8.0, 2.0), "c": (3.0, 1.0)}

    def drawn(name: str) -> Summary:
        return numbers(*rng.normal(*usual[name], 400))

    past = {name: [drawn(name) for _ in range(14)] for name in usual}

    assert exchanged(
        ["a", "b", "c"], {"a": drawn("b"), "b": drawn("a"), "c": numbers(*rng.normal(30, 1, 99))}, past
    ) == {
        "a": "b",
        "b": "a",
    }
    assert exchanged(["a", "b"], {"a": drawn("b"), "b": drawn("b")}, past) == {}
    assert exchanged(["a", "b"], {"a": drawn("a"), "b": drawn("b")}, past) == {}
    assert exchanged(["a"], {"a": drawn("b")}, past) == {}
    assert exchanged([], {}, {}) == {}


def test_texts_and_numbers_are_never_a_pair() -> None:
    """Nor are empty columns."""
    past = {"a": [numbers(1, 2, 3)] * 14, "b": [texts(x=3)] * 14}
    none = summarise(pa.array([], pa.float64()))

    assert exchanged(["a", "b"], {"a": texts(x=3), "b": numbers(1, 2, 3)}, past) == {}
    assert exchanged(["a", "b"], {"a": none, "b": none}, {"a": past["a"], "b": past["a"]}) == {}
