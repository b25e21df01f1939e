"""Pydantic's errors in plain words: what was wrong, which value came, what to do."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vitals.spec.document import Place, Problem
from vitals.spec.model import Model
from vitals.spec.parts import LATER_WORDS
from vitals.spec.places import did_you_mean, nearest

_REMEDIES: dict[Place, str] = {
    ("model",): "use lowercase letters, digits, _ and -, at most 80",
    ("due",): 'write a quoted time like "06:00"',
    ("owner",): "use the Slack id of a user or group like U02AB3CD4, not its name",
    (
        "channel",
    ): "use the Slack id of a channel like C0123456789, not its name (click the name in Slack: it is at the end of About)",
    ("runbook",): "write an address like https://wiki.example.com/page, without a password",
    ("expectations",): "write the suite's name without folder and .yaml",
    ("defaults",): "list the values that mean no real answer, like [0.5]",
    ("predictions", "source"): "write the source's name; its URL goes into VITALS_SOURCE_<NAME>_URL",
    ("predictions", "table"): "write table or schema.table, without folders",
    ("feedback", "source"): "write the source's name; its URL goes into VITALS_SOURCE_<NAME>_URL",
    ("feedback", "table"): "write table or schema.table, without folders",
    ("feedback", "ages"): "use the days after which you look at labels",
    ("feedback", "window"): "write days like 14d",
    ("reference", "days"): "56 (eight weeks) is usual",
    ("avoid", "share"): "shares lie between 0 and 1: 0.4 means 40 %",
    ("limits", "null_share"): "shares lie between 0 and 1: 0.02 means 2 %",
    ("alerts", "since"): "write a day like 2013-04-01",
    ("alerts", "until"): "write a day like 2013-04-01",
    ("avoid", "at_most"): "write a number of rows",
    ("metric_options", "material"): "write the smallest change worth an alert, like 0.02",
    ("predictions", "status", "ok"): 'list the good values as quoted text, like ["200"]',
}


def problems_of(error: ValidationError, values: Mapping[str, object]) -> Iterator[Problem]:
    """Turn a validation error into one problem per place."""
    told: set[Place] = set()
    for detail in error.errors(include_url=False):
        place = _place(detail, values)
        if detail["type"] == "too_short" and detail["input"]:
            continue  # its items are wrong, and said to be
        if place not in told:
            told.add(place)
            yield Problem(place, _text(detail, place))


def shown(value: object) -> str:
    """Show a value in a message, shortened.

    >>> shown("x" * 60), shown(True), shown({"a": 1}), shown(0.5)
    ("'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'", 'true', 'a mapping', '0.5')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 42 else f"'{value[:41]}…'"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    return "nothing" if value is None else str(value)[:40]


def _place(detail: ErrorDetails, values: Mapping[str, object]) -> Place:
    """Follow an error's location as far as the file goes: behind that, pydantic names members of unions."""
    place: Place = ()
    inside: Any = values
    for step in detail["loc"]:
        there = step in inside if isinstance(inside, dict) else isinstance(inside, list) and isinstance(step, int)
        if not there:
            return (*place, step) if detail["type"] == "missing" else place
        inside = inside[step]
        place = (*place, step)
    return place


def _text(detail: ErrorDetails, place: Place) -> str:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(place)
    if kind == "value_error":
        return str(context["error"])
    what = "must be text, a number or true/false" if _in_union(detail) else _what(kind, context, detail["msg"])
    if kind == "missing":
        return _with_remedy("is missing", place)
    if kind in {"enum", "literal_error"}:
        options = [option.strip("'") for option in context["expected"].replace(" or ", ", ").split(", ")]
        options = [option for option in options if option not in LATER_WORDS]
        remedy = did_you_mean(value, options) if isinstance(value, str) else f"use one of {', '.join(options)}"
        return f"must be a known word, got {shown(value)}; {remedy}"
    return _with_remedy(f"{what}, got {shown(value)}", place)


def _what(kind: str, context: Mapping[str, Any], fallback: str) -> str:
    """Say what was expected; errors not listed here keep pydantic's own words."""
    words = {
        "greater_than_equal": "must be >= {ge}",
        "greater_than": "must be > {gt}",
        "less_than_equal": "must be <= {le}",
        "less_than": "must be < {lt}",
        "string_type": "must be text",
        "string_too_long": "must have at most {max_length} characters",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "int_parsing": "must be a whole number",
        "int_parsing_size": "must be a smaller number",
        "float_type": "must be a number",
        "float_parsing": "must be a number",
        "finite_number": "must be a finite number",
        "bool_type": "must be true or false",
        "tuple_type": "must be a list",
        "too_short": "must not be empty",
        "dict_type": "must be a mapping of keys to values",
        "model_type": "must be a mapping of keys to values",
        "model_attributes_type": "must be a mapping of keys to values",
        "date_type": "must be a day",
        "date_parsing": "must be a day",
        "date_from_datetime_parsing": "must be a day",
        "date_from_datetime_inexact": "must be a day without a time",
        "time_type": "must be a time",
        "time_parsing": "must be a time",
    }
    if kind == "string_pattern_mismatch":
        return "must not be empty" if context["pattern"] == r"\S" else "has a form that is not allowed"
    context = {name: f"{limit:g}" if isinstance(limit, float) else limit for name, limit in context.items()}
    return words[kind].format(**context) if kind in words else fallback[:1].lower() + fallback[1:]


def _with_remedy(what: str, place: Place) -> str:
    keys = tuple(step for step in place if isinstance(step, str))
    remedy = _REMEDIES.get(keys) or _REMEDIES.get(keys[:2]) or _REMEDIES.get(keys[:1])
    if remedy is None:
        remedy = _description(keys)
    return f"{what}; {remedy}" if remedy else what


def _description(keys: Place) -> str | None:
    """Give a key's meaning, which says what to write there."""
    part = part_at(keys[:-1])
    field = part.model_fields.get(str(keys[-1])) if part and keys else None
    return f"it is for: {field.description}".rstrip(".") if field and field.description else None


def _in_union(detail: ErrorDetails) -> bool:
    return detail["loc"][-1] in {"str", "int", "float", "bool"}


def _unknown(place: Place) -> str:
    """Name the nearest permitted key, or the part where such a key belongs, or all permitted ones."""
    key, keys = str(place[-1]), tuple(step for step in place if isinstance(step, str))
    part = part_at(keys[:-1])
    permitted = permitted_keys(part) if part else []
    near = nearest(key, permitted, likeness=0.7)
    if near:
        return f"unknown key '{key}'; did you mean '{near}'?"
    homes = [name for name in permitted_keys(Model) if key in permitted_keys(part_at((name,)))]
    where = f"it belongs under {' or '.join(homes)}; " if homes else ""
    return f"unknown key '{key}'; {where}permitted here: {', '.join(permitted)}"


def permitted_keys(part: type[BaseModel] | None) -> list[str]:
    """List the keys of a part that a file may set now."""
    if part is None:
        return []
    return list(part.model_fields)


def part_at(keys: Place) -> type[BaseModel] | None:
    """Find the type of the mapping at a place (list positions left out), None when there is none."""
    part: type[BaseModel] = Model
    for key in keys:
        field = part.model_fields.get(str(key))
        inner = _part_in(field.annotation) if field else None
        if inner is None:
            return None
        part = inner
    return part


def _part_in(annotation: Any) -> type[BaseModel] | None:
    """Find the mapping type inside `X | None` or `tuple[X, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {tuple, Union, UnionType}:
        return next((found for inner in get_args(annotation) if (found := _part_in(inner))), None)
    return None
