"""Whatever stands in a model file: it loads, or it is refused in lines that an editor can jump to."""

import json
import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.spec.conftest import FULL
from vitals.errors import ConfigError
from vitals.spec import load_model

VALUES = YAML(typ="safe", pure=True).load(FULL.replace("2013-04-01", '"2013-04-01"'))
LINE = re.compile(r"^.*churn\.yaml:\d+ \S")


def places(node: object, place: tuple = ()) -> list[tuple]:
    """Every place of the full file."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place] * bool(place) + [found for step, value in inside for found in places(value, (*place, step))]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["score", "roc_auc", "x"]),
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "score", "column", "é", ""]), inner, max_size=3)
    ),
    max_leaves=4,
)


def replaced(place: tuple, value: object) -> object:
    values = json.loads(json.dumps(VALUES))
    inside = values
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    return values


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(places(VALUES)), anything)
def test_any_value_anywhere_loads_or_is_refused(place, value):
    """Any value at any place: a model, or one line per problem with file and line; never another exception."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "churn.yaml"
        path.write_text(json.dumps(replaced(place, value), indent=1))

        lines = told(path)

    assert [line for line in lines if not LINE.match(line)] == []


def told(path: Path) -> list[str]:
    """Load a file; gives the lines of the refusal, none when it loads."""
    try:
        load_model(path)
    except ConfigError as error:
        return str(error).splitlines()
    return []
