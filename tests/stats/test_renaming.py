"""Texts that stand for others, and texts that do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitals.stats.renaming import Renaming, name_renaming

USUAL = {"Zürich": 0.5, "Bern": 0.3, "Genf": 0.2}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (lambda text: f" {text} ", "spaces around?"),
        (str.upper, "upper and lower case?"),
        (lambda text: f"{text.lower()} ", "upper and lower case, and spaces?"),
    ],
    ids=["spaces", "case", "both"],
)
def test_every_text_written_another_way_is_named(form, words) -> None:
    """The pair that holds most rows is the example."""
    found = name_renaming({form(text): share for text, share in USUAL.items()}, USUAL, 1000)

    assert found == Renaming(words, "Zürich", form("Zürich"), pytest.approx(1.0))


@pytest.mark.parametrize("broken", ["ZÃ¼rich", "Z?rich", "Zurich", "Z\ufffdrich"])
def test_an_encoding_read_wrong_is_named(broken: str) -> None:
    """UTF-8 read as Latin-1, a letter replaced, an accent dropped; a lost letter is taken for another code."""
    found = name_renaming({broken: 0.5, "Bern": 0.3, "Genf": 0.2}, USUAL, 1000)

    assert found is not None
    assert (found.old, found.new) == ("Zürich", broken)
    assert found.words == ("another encoding?" if broken in {"ZÃ¼rich", "Zurich"} else "another code?")


def test_numbers_written_as_text_are_named() -> None:
    """Zip codes lose their zeros, keys become floats."""
    usual = {"0123": 0.6, "0456": 0.4}

    assert name_renaming({"123": 0.6, "456": 0.4}, usual, 1000).words == "leading zeros or quotes?"  # type: ignore[union-attr]
    assert name_renaming({"123.0": 0.6, "456.0": 0.4}, usual, 1000).words == "leading zeros or quotes?"  # type: ignore[union-attr]


def test_another_code_needs_the_same_share_and_a_lost_text() -> None:
    """A new text is no new name of one that is still there, or of one with another share."""
    assert name_renaming({"BE": 0.3, "Zürich": 0.5, "Genf": 0.2}, USUAL, 1000) == Renaming(
        "another code?", "Bern", "BE", 0.3
    )
    assert name_renaming({"BE": 0.1, "Zürich": 0.45, "Bern": 0.27, "Genf": 0.18}, USUAL, 1000) is None
    assert name_renaming({"BE": 0.1, "Zürich": 0.6, "Genf": 0.3}, USUAL, 10**6) is None


def test_two_texts_that_exchanged_their_shares_are_named() -> None:
    """The more frequent one first; equal shares cannot be told apart."""
    assert name_renaming({"Bern": 0.5, "Zürich": 0.3, "Genf": 0.2}, USUAL, 10_000).words == "exchanged?"  # type: ignore[union-attr]
    assert name_renaming({"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.5}, 10_000) is None


@pytest.mark.parametrize(
    ("today", "usual", "rows"),
    [
        ({}, {}, 0),
        ({}, USUAL, 0),
        ({"new": 1.0}, {}, 100),
        (USUAL, USUAL, 1000),
        ({"one": 1.0}, {"one": 1.0}, 1000),
        ({"x": 0.004, **USUAL}, USUAL, 1000),
    ],
    ids=["nothing", "no rows today", "no past", "no change", "one category", "a rare new text"],
)
def test_where_nothing_can_be_said_nothing_is(today: dict[str, float], usual: dict[str, float], rows: int) -> None:
    """No change, or nothing to compare."""
    assert name_renaming(today, usual, rows) is None


@given(st.dictionaries(st.text(max_size=4), st.floats(0.001, 1.0), max_size=6))
def test_any_texts_are_compared_and_none_with_themselves(shares: dict[str, float]) -> None:
    """Property: the same shares name nothing, whatever the texts hold; the order of texts does not matter."""
    total = sum(shares.values())
    usual = {text: share / total for text, share in shares.items()}
    today = {f"{text}\u00e9": share for text, share in usual.items()}

    assert name_renaming(usual, usual, 1000) is None
    one, other = (name_renaming(dict(items), usual, 1000) for items in (today.items(), reversed(today.items())))
    assert (one is None) == (other is None)
    assert one is None or (one.words, one.old, one.new) == (other.words, other.old, other.new)


def test_noise_names_nothing() -> None:
    """500 days of 300 rows drawn from the same ten texts; of two that were exchanged most days are named."""
    rng = np.random.default_rng(7)
    share = rng.dirichlet(np.full(10, 2.0))
    usual = {f"t{i}": float(s) for i, s in enumerate(share)}
    days = rng.multinomial(300, share, 500) / 300

    found = [name_renaming({f"t{i}": float(s) for i, s in enumerate(day) if s}, usual, 300) for day in days]

    assert found == [None] * 500
    common, rare = max(usual, key=usual.__getitem__), min(usual, key=usual.__getitem__)
    exchanged = usual | {common: usual[rare], rare: usual[common]}
    drawn = rng.multinomial(300, list(exchanged.values()), 100) / 300
    named = [name_renaming(dict(zip(usual, day.tolist(), strict=True)), usual, 300) for day in drawn]
    assert sum(one is not None and (one.old, one.new) == (common, rare) for one in named) >= 90


def test_a_thousand_new_texts_are_no_code_of_one() -> None:
    """An id glued to each text: the rarest usual one was as frequent as one of the new ones."""
    today = {f"Bern-{i}": 0.001 for i in range(180)} | {"other": 0.82}

    assert name_renaming(today, {**USUAL, "Uri": 0.002}, 1000) is None


def test_few_rows_in_another_spelling_are_named() -> None:
    """0.2 % are too few for another code, not for another case."""
    assert name_renaming({**USUAL, "bern": 0.002}, USUAL, 100_000) == Renaming(
        "upper and lower case?", "Bern", "bern", 0.002
    )
    assert name_renaming({**USUAL, "Chur": 0.002}, USUAL, 100_000) is None
