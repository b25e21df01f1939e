"""The JSON Schema of a model file, for editors: what may be written now, with the meaning of each key."""

from typing import Any

from vitals.spec.label_rules import METRICS
from vitals.spec.model import Model
from vitals.spec.parts import LATER_WORDS


def schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a model file; words reserved for later are left out."""
    described: dict[str, Any] = _now(Model.model_json_schema())
    metrics = sorted({metric for known in METRICS.values() for metric in known})
    described["properties"]["metrics"]["items"] = {"enum": metrics, "type": "string"}
    window = described["$defs"]["Feedback"]["properties"]["window"]
    window["anyOf"] = [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^\d{1,6}d$"}]
    due = described["properties"]["due"]
    due.pop("format")  # a time there has an offset; a local time has none
    due["pattern"] = r"^\d{2}:\d{2}(:\d{2})?$"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


def _now(node: Any) -> Any:
    """Leave out what is marked as coming later."""
    if isinstance(node, list):
        return [_now(item) for item in node if not (isinstance(item, str) and item in LATER_WORDS)]
    if not isinstance(node, dict):
        return node
    return {key: _now(value) for key, value in node.items()}
