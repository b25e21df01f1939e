"""Categories that changed their names: case, spaces, encoding, another code, or two of them exchanged.

Compares shares of texts only. What is new and what is lost is said by the caller's counts; a pair is named when their shares
agree, as a question.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LEAST_SHARE, LEAST_SPELT = 0.005, 0.001
_MOST_OF_NEW = 0.8
_LOST = 0.5
_AGREE = 0.2
_APART = 0.02
_ERRORS = 4.0


@dataclass(frozen=True, slots=True)
class Renaming:
    """Texts that seem to stand for others.

    Attributes
    ----------
    words : the likely reason. old, new : the pair that holds most rows. share : of the rows that bear new names.
    """

    words: str
    old: str
    new: str
    share: float


def name_renaming(today: Mapping[str, float], usual: Mapping[str, float], rows: int) -> Renaming | None:
    """Find how today's new texts follow from usual ones, or which two usual ones were exchanged.

    Parameters
    ----------
    today : share of all rows per text. usual : mean share per text over the reference, every text it has. rows : today's.

    Examples
    --------
    >>> name_renaming({"ua": 0.2, "aa": 0.8}, {"UA": 0.2, "AA": 0.8}, 1000).words
    'upper and lower case?'
    >>> name_renaming({"United": 0.2, "AA": 0.8}, {"UA": 0.21, "AA": 0.79}, 1000).words
    'another code?'
    >>> name_renaming({"UA": 0.8, "AA": 0.2}, {"UA": 0.2, "AA": 0.8}, 1000).words
    'exchanged?'
    """
    fresh = {text: share for text, share in today.items() if text not in usual}
    total = sum(fresh.values())
    if total < LEAST_SHARE:
        found = _exchanged(today, usual, rows)
        return found or (_spelt(fresh, usual) if total >= LEAST_SPELT else None)
    return _spelt(fresh, usual) or _recoded(fresh, today, usual, rows)


def _spelt(fresh: Mapping[str, float], usual: Mapping[str, float]) -> Renaming | None:
    """Find the way of writing by which most of the new texts are usual ones."""
    total = sum(fresh.values())
    for words, form in _FORMS:
        known = _by_form(usual, form)
        pairs = {text: known[key] for text in fresh if (key := form(text)) in known}
        if sum(fresh[text] for text in pairs) >= _MOST_OF_NEW * total:
            text = max(pairs, key=lambda one: (fresh[one], one))
            return Renaming(words, pairs[text], text, total)
    return None


def _by_form(usual: Mapping[str, float], form: Callable[[str], str]) -> dict[str, str]:
    """The most frequent usual text of each form; texts that are alike already name nothing."""
    found: dict[str, str] = {}
    for text in sorted(usual, key=lambda one: (usual[one], one)):
        found[form(text)] = text
    return found


def _recoded(
    fresh: Mapping[str, float], today: Mapping[str, float], usual: Mapping[str, float], rows: int
) -> Renaming | None:
    """Pair the largest new text with a usual one that lost as many rows."""
    new = max(fresh, key=lambda text: (fresh[text], text))
    if fresh[new] < LEAST_SHARE:
        return None  # a thousand new texts are no code of one
    lost = {text: share - today.get(text, 0.0) for text, share in usual.items()}
    fits = {
        text: amount
        for text, amount in lost.items()
        if amount >= _LOST * usual[text] and abs(amount - fresh[new]) <= _tolerance(amount, rows)
    }
    if not fits:
        return None
    old = min(fits, key=lambda text: (abs(fits[text] - fresh[new]), text))
    return Renaming("another code?", old, new, sum(fresh.values()))


def _exchanged(today: Mapping[str, float], usual: Mapping[str, float], rows: int) -> Renaming | None:
    """Find two usual texts each of which has the other's share, and is nearer to it than to its own."""
    moved = [text for text, share in usual.items() if abs(today.get(text, 0.0) - share) > _APART]
    best: tuple[float, str, str] | None = None
    for old in moved:
        for new in moved:
            gap = usual[old] - usual[new]
            if gap <= max(_APART, _tolerance(usual[new], rows), _errors(usual[old], rows)):
                continue
            misses = (abs(today.get(new, 0.0) - usual[old]), abs(today.get(old, 0.0) - usual[new]))
            allowed = (min(_tolerance(usual[each], rows), gap / 2) for each in (old, new))
            if all(miss <= most for miss, most in zip(misses, allowed, strict=True)):
                best = max(best or (0.0, "", ""), (gap, old, new))
    return Renaming("exchanged?", best[1], best[2], today.get(best[2], 0.0)) if best else None


def _tolerance(share: float, rows: int) -> float:
    return _AGREE * share + _errors(share, rows)


def _errors(share: float, rows: int) -> float:
    return float(_ERRORS * (share * (1 - min(share, 1.0)) / max(rows, 1)) ** 0.5)


def _unmixed(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1 or Windows-1252, once."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _plain(text: str) -> str:
    """Drop accents, and what could not be decoded."""
    spread = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spread if not unicodedata.combining(c) and c not in "?\ufffd")


_FORMS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("spaces around?", str.strip),
    ("upper and lower case?", str.casefold),
    ("another encoding?", _unmixed),
    ("upper and lower case, and spaces?", lambda text: text.strip().casefold()),
    ("another encoding?", lambda text: _plain(_unmixed(text)).strip().casefold()),
    ("leading zeros or quotes?", lambda text: text.strip(" '\"").lstrip("0").removesuffix(".0").casefold()),
)
