"""The JSON Schema: valid, described throughout, and of one mind with the loader."""

import warnings
from collections.abc import Iterator
from io import StringIO

import pytest
from ruamel.yaml import YAML

from vitals.spec import schema

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jsonschema


def parts() -> Iterator[dict]:
    """Every mapping type of the schema."""
    described = schema()
    yield described
    yield from (part for part in described["$defs"].values() if "properties" in part)


def errors(text: str) -> list[str]:
    values = YAML(typ="safe", pure=True).load(StringIO(text.replace("2013-04-01", '"2013-04-01"')))
    return [error.message for error in jsonschema.Draft202012Validator(schema()).iter_errors(values)]


def test_schema_is_valid():
    """Editors get a schema that they can use."""
    jsonschema.Draft202012Validator.check_schema(schema())


def test_every_key_is_described():
    """Each key says what it is for, and unknown keys are refused everywhere."""
    for part in parts():
        assert part["additionalProperties"] is False
        for key, described in part["properties"].items():
            named = schema()["$defs"].get(described.get("$ref", "").rsplit("/", 1)[-1], {})
            assert described.get("description") or named.get("description"), key


def test_right_files_are_valid(small, full, flights):
    """What loads is valid: the smallest file, one with every key, and the demo's."""
    demo = flights.parents[1] / "models" / "flight_late.yaml"

    assert errors(small) == []
    assert errors(full) == []
    assert errors(demo.read_text()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("task: binary", "task: multiclass"),
        ("labels: explicit", "labels: events"),
        ("window: 14d", "window: 2w"),
        ("ages: [1, 7, 14]", "ages: [0]"),
        ("metrics: [roc_auc", "metrics: [roc_acu"),
        ("symptom: input_drift", "symptom: input_drfit"),
        ("calendar: US", "max_rows: 0"),
        ("calendar: US", "kalendar: US"),
        ("C0123456789", "alerts"),
        ('due: "06:00"', "due: 6"),
        ("share: 0.40", "share: 40"),
    ],
)
def test_wrong_files_are_not_valid(full, old, new):
    """What the types refuse, editors mark; what comes later is not offered."""
    assert errors(full.replace(old, new, 1)) != []


def test_later_keys_are_not_offered():
    """Words that a file may not use yet are not in the schema."""
    text = str(schema())

    for key in ("multiclass", "ranking"):
        assert key not in text
