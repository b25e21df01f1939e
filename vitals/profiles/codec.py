"""A profile as bytes for the store, and back, exactly.

The layout: one version byte, one byte that says whether the rest is deflated, then the body. The body is a
4-byte length and a JSON head, followed by little-endian arrays. Anchors are kept as steps between the
order-preserving integers behind doubles (few high bits), counts as steps in the smallest type that holds them.
Equal profiles give equal bytes; those without answers or hours are written as before there were any. Minis, answers and
hours are read when somebody asks for them: most days of a reference are only counted.
"""

import json
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitals.errors import StoreError
from vitals.profiles.types import HOURS, Answers, CategoricalSummary, Hours, Mini, NumericSummary, Profile, Summary
from vitals.records import Day

VERSION = 1
WITH_ANSWERS = 2
WITH_HOURS = 3
_LAYOUTS = (VERSION, WITH_ANSWERS, WITH_HOURS)
_HEAD = json.JSONDecoder().raw_decode  # the first value of a text, and where it ends
_LEVEL = 6
_WORTH = 0.9  # deflate only what shrinks to less: inflating costs more than all else here
_MANTISSA = 53  # bits of a double's
_TYPES = ("", "<u1", "<u2", "<u4", "<u8")
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_SIGN = np.uint64(1 << 63)
_ALL = (1 << 64) - 1
_DOUBLE, _BITS = struct.Struct("<d"), struct.Struct("<Q")


def encode(profile: Profile) -> bytes:
    """Write summary and minis as bytes; model, day, subject and segment are the store's keys."""
    summary = profile.summary
    minis = [[m.segment, m.n, m.nulls, m.quantiles, m.atom, m.atom_count] for m in profile.minis]
    if isinstance(summary, NumericSummary):
        head, arrays = _numeric(summary)
    else:
        arrays, kind = _pack(summary.counts, usual=1)
        head = ["c", summary.n, summary.nulls, summary.other, summary.distinct, kind, *summary.values]
    further: list[object] = [_answers(summary, profile.answers)] if profile.answers else []
    version = WITH_ANSWERS if further else VERSION
    if profile.hours:
        version, (what, table) = WITH_HOURS, _hours(profile.hours)
        further, arrays = [*(further or [None]), what], arrays + table
    text = json.dumps([head, minis, *further], separators=(",", ":")).encode()
    body = struct.pack("<I", len(text)) + text + arrays
    small = zlib.compress(body, _LEVEL)
    deflated = len(small) < _WORTH * len(body)
    return bytes((version, deflated)) + (small if deflated else body)


def decode(blob: bytes, model: str, day: Day, subject: str, segment: str) -> Profile:
    """Read what `encode` wrote, bit for bit.

    Raises
    ------
    StoreError : written by another version of this layout, or damaged.
    """
    if len(blob) < 2 or blob[0] not in _LAYOUTS:
        found = blob[:1].hex() or "nothing"
        expected = f"{_LAYOUTS[0]:02x} to {_LAYOUTS[-1]:02x}"
        message = f"{model} {day}: profile of {subject} has layout {found}, expected {expected}; observe the day again with --force"
        raise StoreError(message)
    body = zlib.decompress(memoryview(blob)[2:]) if blob[1] else blob[2:]
    size = 4 + int.from_bytes(body[:4], "little")
    text = body[4:size].decode()
    head, end = _HEAD(text, 1)
    summary = _read_numeric(head, body, size) if head[0] == "n" else _read_categorical(head, body, size)
    return _Stored(model, day, subject, segment, summary, text[end + 1 :], body if blob[0] == WITH_HOURS else b"")


class _Stored(Profile):
    """A profile whose minis, answers and hours are read on demand."""

    __slots__ = ("_body", "_further")
    _further: str
    _body: bytes

    def __init__(
        self, model: str, day: Day, subject: str, segment: str, summary: Summary, further: str, body: bytes
    ) -> None:
        keep = object.__setattr__  # a year has ten thousands of these
        keep(self, "model", model)
        keep(self, "day", day)
        keep(self, "subject", subject)
        keep(self, "segment", segment)
        keep(self, "summary", summary)
        keep(self, "_further", further)
        keep(self, "_body", body)

    @property
    def minis(self) -> tuple[Mini, ...]:
        few, _ = _HEAD(self._further, 0)
        return tuple(Mini(s, n, nulls, q and tuple(q), atom, count) for s, n, nulls, q, atom, count in few)

    @property
    def answers(self) -> Answers | None:
        _, *further = json.loads(f"[{self._further}")
        return _read_answers(further[0], self.summary) if further and further[0] else None

    @property
    def hours(self) -> Hours | None:
        if not self._body:
            return None
        *_, what = json.loads(f"[{self._further}")
        return _read_hours(what, self._body)


def _answers(summary: Summary, answers: Answers) -> list[object]:
    """Write edges as places among the summary's anchors (odd: just below), sums as whole numbers of a power of two."""
    rows = [row.tolist() for row in answers.rows]
    exponents = [_exponent(sums) for sums in answers.sums]
    whole = [
        [int(value) for value in np.ldexp(sums, -exponent)]
        for sums, exponent in zip(answers.sums, exponents, strict=True)
    ]
    edges: list[int] | int = len(answers.texts)
    if isinstance(summary, NumericSummary):
        at = summary.anchors.searchsorted(answers.edges)
        edges = (2 * at + (summary.anchors[at] != answers.edges)).tolist()
    shared = rows[:1] if all(row == rows[0] for row in rows) else rows
    return [edges, answers.names, shared, exponents, whole]


def _exponent(sums: NDArray[np.float64]) -> int:
    """Give the largest power of two of which all sums are whole multiples."""
    mantissas, exponents = np.frexp(sums[sums != 0])
    if not mantissas.size:
        return 0
    whole = np.abs(np.ldexp(mantissas, _MANTISSA)).astype(np.int64)
    zeros = np.log2((whole & -whole).astype(np.float64)).astype(np.int64)
    return int((exponents - _MANTISSA + zeros).min())


def _read_answers(stored: list[Any], summary: Summary) -> Answers:
    places, names, rows, exponents, whole = stored
    edges = np.empty(0)
    texts: tuple[str, ...] = ()
    if isinstance(summary, NumericSummary):
        codes = np.array(places, dtype=np.int64)
        anchors = summary.anchors[codes >> 1]
        edges = np.where(codes & 1, np.nextafter(anchors, -np.inf), anchors)
    else:
        texts = summary.values[:places]
    full = rows if len(rows) == len(names) else rows * len(names)
    sums = [np.ldexp(np.array(values, dtype=np.float64), e) for values, e in zip(whole, exponents, strict=True)]
    return Answers(edges, texts, tuple(names), np.array(full, dtype=np.int64), np.array(sums))


def _hours(hours: Hours) -> tuple[list[int], bytes]:
    """Write the hours from the first to the last with rows; they end the body."""
    first, last = np.flatnonzero(hours.rows)[[0, -1]].tolist()
    rows, kind = _pack(hours.rows[first : last + 1])
    return [kind, len(hours.codes), first, last], rows + hours.codes[:, first : last + 1].tobytes()


def _read_hours(what: list[int], body: bytes) -> Hours:
    kind, parts, first, last = what
    width = last + 1 - first
    rows, codes = np.zeros(HOURS, dtype=np.int64), np.zeros((parts, HOURS), dtype=np.uint8)
    at = len(body) - parts * width
    codes[:, first : last + 1] = np.frombuffer(body, np.uint8, parts * width, at).reshape(parts, width)
    rows[first : last + 1], _ = _unpack(body, at - (width << kind - 1), width, kind)
    return Hours(rows, codes)


def _numeric(summary: NumericSummary) -> tuple[list[object], bytes]:
    keys = _ordered(summary.anchors)
    steps = np.diff(keys, prepend=keys[:1])
    atoms = summary.le - summary.lt
    within = summary.lt - np.concatenate([[0], summary.le])[:-1]
    packed = [_pack(steps >> _HALF), _pack(atoms, usual=1), _pack(within), _pack(summary.counts, usual=1)]
    head = ["n", summary.n, summary.nulls, summary.infinite, summary.anchors.size, summary.values.size]
    sums = [summary.total, summary.squares, summary.anchors[0] if keys.size else 0.0]
    doubles = np.concatenate([sums, summary.values]).astype("<f8").tobytes()
    low = (steps & _LOW).astype("<u4").tobytes()
    return [*head, *(kind for _, kind in packed)], b"".join([doubles, low, *(data for data, _ in packed)])


def _read_numeric(head: list[int], body: bytes, at: int) -> NumericSummary:
    _, n, nulls, infinite, size, some, high_kind, atoms_kind, within_kind, counts_kind = head
    doubles = np.frombuffer(body, "<f8", some + 3, at)
    at += 8 * (some + 3)
    steps = np.frombuffer(body, "<u4", size, at).astype(np.uint64)
    at += 4 * size
    if high_kind:
        high, at = _unpack(body, at, size, high_kind)
        steps += high.view(np.uint64) << _HALF
    total, squares, least = doubles[:3].tolist()
    steps[:1] = _ordered_one(least)
    lt, le, at = _read_counts(body, at, size, atoms_kind, within_kind)
    counts, _ = _unpack(body, at, some, counts_kind, usual=1)
    return NumericSummary(n, nulls, infinite, _doubles(steps.cumsum()), lt, le, total, squares, doubles[3:], counts)


def _read_counts(
    body: bytes, at: int, size: int, atoms_kind: int, within_kind: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Read rows below and up to each anchor, and where they end; mostly every row is an anchor of its own."""
    if not atoms_kind and not within_kind:
        ranks = np.arange(size + 1)
        return ranks[:-1], ranks[1:], at
    atoms, at = _unpack(body, at, size, atoms_kind, usual=1)
    within, at = _unpack(body, at, size, within_kind)
    le = (atoms + within).cumsum()
    return le - atoms, le, at


def _read_categorical(head: list[int], body: bytes, at: int) -> CategoricalSummary:
    _, n, nulls, other, distinct, kind, *values = head
    counts, _ = _unpack(body, at, len(values), kind, usual=1)
    return CategoricalSummary(n, nulls, tuple(map(str, values)), counts, other, distinct)


def _pack(numbers: NDArray[np.int64] | NDArray[np.uint64], usual: int = 0) -> tuple[bytes, int]:
    """Write non-negative integers in the smallest type; nothing at all when every one is the usual."""
    if (numbers == usual).all():
        return b"", 0
    kind = next(i for i, bits in enumerate((8, 16, 32, 64), 1) if int(numbers.max()) < 1 << bits)
    return numbers.astype(_TYPES[kind]).tobytes(), kind


def _unpack(body: bytes, at: int, size: int, kind: int, usual: int = 0) -> tuple[NDArray[np.int64], int]:
    if not kind:
        return np.full(size, usual, dtype=np.int64), at
    return np.frombuffer(body, _TYPES[kind], size, at).astype(np.int64), at + (size << kind - 1)


def _ordered(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Map doubles to integers in the same order: negative ones inverted, the others above them."""
    bits = values.view(np.uint64)
    return np.where(bits >= _SIGN, ~bits, bits | _SIGN)


def _ordered_one(value: float) -> int:
    """The same for one double, many times as quick."""
    bits: int = _BITS.unpack(_DOUBLE.pack(value))[0]
    return ~bits & _ALL if bits >> 63 else bits | 1 << 63


def _doubles(ordered: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Map ascending integers back; mostly all numbers have one sign."""
    if not ordered.size or ordered[0] >= _SIGN:
        return (ordered & ~_SIGN).view(np.float64)
    return np.where(ordered >= _SIGN, ordered & ~_SIGN, ~ordered).view(np.float64)
