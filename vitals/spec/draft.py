"""A model file's values before they are known to be right: what rules about several keys look at.

Every accessor gives None or nothing when a value is absent or of another type, so that rules speak only of what they
can judge; the types themselves complain about the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vitals.spec.document import Place


@dataclass(frozen=True, slots=True)
class Draft:
    """Values of a model file, or of a mapping inside it."""

    values: Mapping[str, object]

    def get(self, *place: str) -> object:
        """Give the value at a place, None when absent."""
        inside: object = self.values
        for key in place:
            inside = inside.get(key) if isinstance(inside, Mapping) else None
        return inside

    def has(self, *place: str) -> bool:
        """Tell whether a key is given, whatever its value."""
        return self.get(*place) is not None

    def text(self, *place: str) -> str | None:
        """Give a text."""
        value = self.get(*place)
        return value if isinstance(value, str) else None

    def number(self, *place: str) -> float | None:
        """Give a number; true and false are none."""
        value = self.get(*place)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def list(self, *place: str) -> Sequence[object]:
        """Give a list, empty when absent."""
        value = self.get(*place)
        return value if isinstance(value, list) else ()

    def texts(self, *place: str) -> Sequence[tuple[int, str]]:
        """Give the texts of a list with their positions."""
        return [(i, item) for i, item in enumerate(self.list(*place)) if isinstance(item, str)]

    def keys(self, *place: str) -> Sequence[str]:
        """Give the keys of a mapping."""
        value = self.get(*place)
        return list(value) if isinstance(value, Mapping) else ()

    def parts(self, *place: str) -> Sequence[tuple[Place, "Draft"]]:
        """Give the mappings of a list, each with its place."""
        return [((*place, i), Draft(item)) for i, item in enumerate(self.list(*place)) if isinstance(item, Mapping)]

    @property
    def responses(self) -> Mapping[str, str]:
        """Columns with answers, by role: score, decision."""
        found = {role: self.text("predictions", role) for role in ("score", "decision")}
        return {role: column for role, column in found.items() if column}

    @property
    def columns_known(self) -> bool:
        """Tell whether the columns are given in a way that can be understood; else rules about them stay silent."""
        kinds = {"score": str, "decision": str, "latency_ms": str, "inputs": list}
        known = all(isinstance(self.get("predictions", key), (kind, type(None))) for key, kind in kinds.items())
        return known and isinstance(self.get("predictions"), Mapping)

    @property
    def watched(self) -> Sequence[str]:
        """Columns with a profile: responses, latency, inputs."""
        latency = self.text("predictions", "latency_ms")
        inputs = [column for _, column in self.texts("predictions", "inputs")]
        return list(dict.fromkeys([*self.responses.values(), *([latency] if latency else []), *inputs]))
