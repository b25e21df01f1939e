"""One problem as Slack's rich text: as a card, and as one line."""

from collections.abc import Iterator

from vitals.digest.content import Item
from vitals.render import phrases
from vitals.render.blocks import Block, bullets, link, rich, section, spoken, text

_MOST_CAUSES = 3
_HANDLE = 8
SHORT = 300
MODELS, SUBJECTS = 5, 6
"""Most characters of a sentence, models and columns that a card names."""


def marks(priority: int | None) -> str:
    """Give a priority's colour, which never stands without its word; None when all is well."""
    return {1: "🔴", 2: "🟠", 3: "🔵", None: "✅"}[priority]


def card(item: Item) -> tuple[bool, Block]:
    """Give a card, and whether it says all there is."""
    causes, beside = item.causes[:_MOST_CAUSES], item.beside[:_MOST_CAUSES]
    points = [("Likely cause: ", one) for one in causes] + [("Also: ", one) for one in beside]
    points += [("What to do: ", item.what_to_do)] if item.what_to_do else []
    lines = [section([text(name, bold=True), *spoken(said, SHORT)]) for name, said in points]
    lines += [section(links(item))] if item.runbooks or item.incidents else []
    long = any(len(said) > SHORT for _, said in points) or len(item.statement) > SHORT
    cut = len(item.causes) + len(item.beside) > len(causes) + len(beside) or is_crowded(item)
    head = section([*_title(item), text(item.statement, SHORT)])
    return not (long or cut), rich(head, *([bullets(lines)] if lines else []))


def one_line(item: Item, *, advice: bool) -> Block:
    """Give an item as one line of a list, with what to do where `advice` is wanted."""
    standing = f" ({item.standing})" if item.standing else ""
    parts = [*_title(item, brief=True), text(f" {item.statement}{standing}", SHORT)]
    parts += [text(" → "), *spoken(item.what_to_do, SHORT)] if advice and item.what_to_do else []
    return section([*parts, *_handles(item)])


def _handles(item: Item) -> list[Block]:
    """Give the first letters of each incident, by which `vitals decide` knows it."""
    return [part for one in item.incidents[:SUBJECTS] for part in (text(" "), text(one[:_HANDLE], code=True))]


def whole(item: Item) -> Iterator[Block]:
    """Give all there is to say about an item, in lines of which each fits a message."""
    yield section([*_title(item), text(item.statement)])
    if len(item.models) > MODELS:
        yield from names("Models: ", item.models)
    if len(item.subjects) > SUBJECTS:
        yield from names("Columns: ", item.subjects)
    for name, said in [
        ("Likely cause: ", item.causes),
        ("Also: ", item.beside),
        ("What to do: ", (item.what_to_do,)),
    ]:
        for one in said:
            if one:
                yield section([text(name, bold=True), *spoken(one)])
    if item.runbooks or item.incidents:
        yield section(links(item))


def names(title: str, values: tuple[str, ...] | list[str], most: int = 800) -> Iterator[Block]:
    """Give many names as lines of at most `most` characters, cut between names."""
    line = ""
    for value in values:
        if line and len(line) + len(value) + 2 > most:
            yield section([text(title, bold=True), text(line, most + 100)])
            line = ""
        line = f"{line}, {value}" if line else value
    if line:
        yield section([text(title, bold=True), text(line, most + 100)])


def links(item: Item) -> list[Block]:
    """Give the runbooks and the incidents' names as `vitals decide` takes them."""
    found: list[Block] = []
    for address in item.runbooks[:3]:
        safe = phrases.web_link(address)
        found += [link(safe, "runbook") if safe else text(f"runbook {address}", 200), text(" · ")]
    shown = item.incidents[:2]
    found += [text("incident ")] if shown else []
    for place, one in enumerate(shown):
        found += [text(one, 60, code=True), *([text(" ")] if place + 1 < len(shown) else [])]
    more = len(item.incidents) - len(shown)
    return [*found, *([text(f" +{more:,} more")] if more > 0 else [])]


def _title(item: Item, *, brief: bool = False) -> list[Block]:
    """Give priority, models, symptom, subjects, and for a card how new it is."""
    level = f"{'' if brief else marks(item.priority) + ' '}P{item.priority} "
    first = [] if item.info else [text(level, bold=True)]
    standing = ", ".join(part for part in (item.severity.value, item.standing) if part)
    end = ":" if brief else f" ({standing})\n"
    parts = [*first, text(item.place, 200, code=True), text(f" {item.title}", 300)]
    parts[-1]["text"] += end
    return parts


def is_crowded(item: Item) -> bool:
    """Whether an item is about more models, columns or incidents than a card or a line names."""
    return len(item.models) > MODELS or len(item.subjects) > SUBJECTS or len(item.incidents) > SUBJECTS
