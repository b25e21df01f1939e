"""What each block may hold, by its type: lengths, counts, and which text goes where."""

from collections.abc import Callable, Iterator
from typing import Any

Problem = tuple[str, str]
Rule = Callable[[dict[str, Any], str], Iterator[Problem]]
_STYLES = {"bold", "italic", "strike", "code", "underline", "client_highlight", "client_remove", "unlink"}
_INLINE = {"text", "link", "user", "usergroup", "channel", "emoji", "date", "broadcast", "color", "team"}


def _text(
    value: Any, where: str, most: int, kinds: tuple[str, ...] = ("mrkdwn", "plain_text"), least: int = 1
) -> Iterator[Problem]:
    """Check a text object."""
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"must be a text object of type {' or '.join(kinds)}", where
        return
    yield from _string(value.get("text"), f"{where}/text", most, least)
    allowed = {"type", "text"} | ({"emoji"} if value["type"] == "plain_text" else {"verbatim"})
    for key in sorted(set(value) - allowed):
        yield f"invalid additional property: {key}", where


def _string(value: Any, where: str, most: int, least: int = 1) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield "must be a string", where
    elif len(value) < least:
        yield f"must be more than {least - 1} characters", where
    elif len(value) > most:
        yield f"must be less than {most + 1} characters", where


def _list(value: Any, where: str, most: int, least: int = 1) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield "must be an array", where
    elif len(value) > most:
        yield f"no more than {most} items allowed", where
    elif len(value) < least:
        yield f"must have at least {least} item{'s' if least > 1 else ''}", where


def section(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check text of at most 3,000 characters or ten fields of 2,000."""
    if "text" not in block and "fields" not in block:
        yield "missing required field: text or fields", where
    if "text" in block:
        yield from _text(block["text"], f"{where}/text", 3_000)
    if "fields" in block:
        bad = list(_list(block["fields"], f"{where}/fields", 10))
        yield from bad
        for number, one in enumerate(block["fields"] if not bad else ()):
            yield from _text(one, f"{where}/fields/{number}", 2_000)
    if isinstance(block.get("accessory"), dict) and block["accessory"].get("type") == "image":
        yield from image(block["accessory"], f"{where}/accessory")


def header(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check plain text of at most 150 characters."""
    yield from _text(block.get("text"), f"{where}/text", 150, ("plain_text",))


def context(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check at most ten texts or images."""
    bad = list(_list(block.get("elements"), f"{where}/elements", 10))
    yield from bad
    for number, one in enumerate(block["elements"] if not bad else ()):
        here = f"{where}/elements/{number}"
        if isinstance(one, dict) and one.get("type") == "image":
            yield from image(one, here)
        else:
            yield from _text(one, here, 3_000)


def image(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check that an image has exactly one source and a text for those who do not see it."""
    sources = [name for name in ("image_url", "slack_file") if name in block]
    if len(sources) != 1:
        yield "must have exactly one of image_url and slack_file", where
    if "image_url" in block:
        yield from _string(block["image_url"], f"{where}/image_url", 3_000)
        if not str(block["image_url"]).startswith(("https://", "http://")):
            yield "must be a valid url", f"{where}/image_url"
    if "slack_file" in block and len([name for name in ("id", "url") if block["slack_file"].get(name)]) != 1:
        yield "must have exactly one of id and url", f"{where}/slack_file"
    yield from _string(block.get("alt_text"), f"{where}/alt_text", 2_000)
    if "title" in block:
        yield from _text(block["title"], f"{where}/title", 2_000, ("plain_text",))


def markdown(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check its text; all markdown blocks of a message share one allowance."""
    yield from _string(block.get("text"), f"{where}/text", 12_000)


def divider(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check that nothing is in it."""
    for key in sorted(set(block) - {"type", "block_id"}):
        yield f"invalid additional property: {key}", where


def table(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check at most 100 rows of 20 cells with a character each, 10,000 in all."""
    bad = list(_list(block.get("rows"), f"{where}/rows", 100))
    yield from bad
    for number, row in enumerate(block["rows"] if not bad else ()):
        here = f"{where}/rows/{number}"
        wrong = list(_list(row, here, 20))
        yield from wrong
        for at, cell in enumerate(row if not wrong else ()):
            yield from _cell(cell, f"{here}/{at}")
    settings = block.get("column_settings", [])
    yield from _list(settings, f"{where}/column_settings", 20, 0)


def counted_cells(block: dict[str, Any]) -> int:
    """Count the characters in a table's cells."""
    return sum(len(_said(cell)) for row in block["rows"] for cell in row)


def _cell(cell: Any, where: str) -> Iterator[Problem]:
    kind = cell.get("type") if isinstance(cell, dict) else None
    if kind == "raw_text":
        yield from _string(cell.get("text"), f"{where}/text", 10_000)
    elif kind == "raw_number":
        if not isinstance(cell.get("value"), int | float):
            yield "must be a number", f"{where}/value"
    elif kind == "rich_text":
        yield from rich_text(cell, where)
    else:
        yield "must be raw_text or rich_text", where


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "".join([str(value.get("text", ""))] + [_said(one) for one in value.get("elements", ())])
    return ""


def rich_text(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check sections, lists, quotes and preformatted parts, and what stands in them."""
    bad = list(_list(block.get("elements"), f"{where}/elements", 1_000))
    yield from bad
    for number, part in enumerate(block["elements"] if not bad else ()):
        yield from _part(part, f"{where}/elements/{number}")


def _part(part: Any, where: str) -> Iterator[Problem]:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "rich_text_list":
        if part.get("style") not in {"bullet", "ordered"}:
            yield "must be bullet or ordered", f"{where}/style"
        if not 0 <= part.get("indent", 0) <= 8:
            yield "must be 0 to 8", f"{where}/indent"
        for number, one in enumerate(part.get("elements", ())):
            yield from _part(one, f"{where}/elements/{number}")
    elif kind in {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}:
        for number, one in enumerate(part.get("elements", ())):
            yield from _inline(one, f"{where}/elements/{number}")
    else:
        yield f"unsupported type: {kind}", f"{where}/type"
    if "elements" not in (part if isinstance(part, dict) else {}):
        yield "missing required field: elements", where


def _inline(one: Any, where: str) -> Iterator[Problem]:
    kind = one.get("type") if isinstance(one, dict) else None
    if kind not in _INLINE:
        yield f"unsupported type: {kind}", f"{where}/type"
        return
    needed = {"text": "text", "link": "url", "user": "user_id", "emoji": "name", "usergroup": "usergroup_id"}
    if kind in needed:
        yield from _string(one.get(needed[kind]), f"{where}/{needed[kind]}", 13_200)
    style = one.get("style", {})
    if not isinstance(style, dict) or not set(style) <= _STYLES:
        yield "invalid style", f"{where}/style"


def _rows(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check a data_table: a header and up to 200 rows of 20 columns."""
    bad = list(_list(block.get("rows"), f"{where}/rows", 201, 2))
    yield from bad
    for number, row in enumerate(block["rows"] if not bad else ()):
        yield from _list(row, f"{where}/rows/{number}", 20)


def container(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Check up to ten blocks under a title, no container among them."""
    inner = block.get("child_blocks", block.get("blocks"))
    bad = list(_list(inner, f"{where}/child_blocks", 10))
    yield from bad
    for number, one in enumerate(inner if not bad and inner else ()):
        kind = one.get("type") if isinstance(one, dict) else None
        rule = RULES.get(str(kind))
        if rule is None or kind == "container":
            yield f"unsupported type: {kind}", f"{where}/child_blocks/{number}"
        else:
            yield from rule(one, f"{where}/child_blocks/{number}")


def _actions(block: dict[str, Any], where: str) -> Iterator[Problem]:
    yield from _list(block.get("elements"), f"{where}/elements", 25)


def _unchecked(block: dict[str, Any], where: str) -> Iterator[Problem]:
    """Let pass what digests do not use."""
    del block, where
    yield from ()


# `alert` is for modals only; `call`, `file` and `auth_provider` are not for an app to post.
RULES: dict[str, Rule] = {
    "section": section,
    "header": header,
    "context": context,
    "image": image,
    "markdown": markdown,
    "divider": divider,
    "table": table,
    "rich_text": rich_text,
    "data_table": _rows,
    "container": container,
    "actions": _actions,
} | dict.fromkeys(
    ("input", "video", "card", "carousel", "plan", "task_card", "context_actions", "data_visualization"), _unchecked
)
