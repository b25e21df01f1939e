"""Many problems in a few lines: what they have in common, where they are, and what one of them is like."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vitals import words
from vitals.digest.content import Item
from vitals.render.blocks import Block, section, text
from vitals.render.cards import SHORT

_MODELS = 2
_TITLE = 120


@dataclass(frozen=True, slots=True)
class Group:
    """Problems that share a title, most urgent first; `alike` where they share subjects and segment too."""

    title: str
    items: tuple[Item, ...]
    alike: bool

    @property
    def models(self) -> tuple[str, ...]:
        """Every model once."""
        return tuple(dict.fromkeys(model for item in self.items for model in item.models))

    @property
    def place(self) -> str:
        """Two models by name, and how many more there are."""
        more = len(self.models) - _MODELS
        named = ", ".join(words.visible(model, 60) for model in self.models[:_MODELS])
        return named + (f" +{words.count(more, 'model')}" if more > 0 else "")

    @property
    def said(self) -> str:
        """Say how many they are, and what one of them is like."""
        worst = self.items[0].statement
        count = len(self.items)
        amount = "" if count == 1 or (self.alike and count == len(self.models)) else f"{count:,} problems, "
        return worst if count == 1 else f"{amount}e.g. {worst}"


def grouped(items: Sequence[Item], most: int) -> list[Group]:
    """Put items of one priority with the same subjects together, over models; when that is still too much, by symptom.

    Parameters
    ----------
    items : most urgent first. most : groups wanted; there are more of them only when there are more kinds of symptoms.
    """
    alike = _by(items, lambda item: (item.symptom, item.subjects, item.segment))
    if len(alike) <= most:
        return [Group(words.visible(members[0].title, _TITLE), members, alike=True) for members in alike]
    by_symptom = _by(items, lambda item: item.symptom)
    return [Group(members[0].symptom.replace("_", " "), members, alike=False) for members in by_symptom]


def group_line(group: Group, *, priority: bool = False) -> Block:
    """Give a group as one line of a list."""
    level = [text(f"P{group.items[0].priority} ", bold=True)] if priority else []
    title = text(f"{group.title} — ", _TITLE + 10)
    return section([*level, title, text(group.place, 200, code=True), text(f": {group.said}", SHORT)])


def _by(items: Sequence[Item], key: Callable[[Item], object]) -> list[tuple[Item, ...]]:
    found: dict[object, list[Item]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return [tuple(members) for members in found.values()]
