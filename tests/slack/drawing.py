"""Block Kit as HTML, near enough to Slack's look to judge a message by; every value escaped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from tests.slack.mrkdwn import emoji, link, mention, mrkdwn, plain

Block = dict[str, Any]
_TAGS = (("code", "code"), ("strike", "s"), ("italic", "em"), ("bold", "strong"), ("underline", "u"))
_BULLETS = ("disc", "circle", "square")
_ORDERS = ("decimal", "lower-alpha", "lower-roman")


@dataclass(frozen=True)
class Names:
    """Names by id of people and channels, and the addresses of images by file id."""

    people: Mapping[str, str]
    channels: Mapping[str, str]
    images: Mapping[str, str]


def block(one: Block, names: Names) -> Markup:
    """Draw a block; one that there is no drawing of is named."""
    draw = _DRAWINGS.get(str(one.get("type")))
    if draw is None:
        return Markup('<p class="unknown">[{} block]</p>').format(one.get("type"))
    return draw(one, names)


def attachment(one: Block, names: Names) -> Markup:
    """Draw a legacy attachment: a coloured bar beside a title, texts, fields and blocks."""
    known = {"good": "#2eb67d", "warning": "#ecb22e", "danger": "#e01e5a"}
    colour = known.get(str(one.get("color")), str(one.get("color") or "#ddd"))
    if not all(sign in "#0123456789abcdefABCDEF" for sign in colour):
        colour = "#ddd"
    parts = (
        [Markup("<p>{}</p>").format(mrkdwn(str(one["pretext"]), names.people, names.channels))]
        if one.get("pretext")
        else []
    )
    if one.get("title"):
        title = link(str(one["title_link"]), str(one["title"])) if one.get("title_link") else plain(str(one["title"]))
        parts.append(Markup("<p><strong>{}</strong></p>").format(title))
    if one.get("text"):
        parts.append(Markup("<p>{}</p>").format(mrkdwn(str(one["text"]), names.people, names.channels)))
    parts += [
        Markup("<p><strong>{}</strong><br>{}</p>").format(pair.get("title", ""), pair.get("value", ""))
        for pair in one.get("fields") or ()
    ]
    parts += [block(inner, names) for inner in one.get("blocks") or ()]
    return Markup('<div class="attachment" style="border-color:{}">{}</div>').format(colour, Markup().join(parts))


def text(value: Block, names: Names) -> Markup:
    """Draw a text object."""
    said = str(value.get("text", ""))
    return mrkdwn(said, names.people, names.channels) if value.get("type") == "mrkdwn" else plain(said)


def _header(one: Block, names: Names) -> Markup:
    return Markup('<h3 class="header">{}</h3>').format(text(one["text"], names))


def _section(one: Block, names: Names) -> Markup:
    out = Markup("<p>{}</p>").format(text(one["text"], names)) if "text" in one else Markup()
    if one.get("fields"):
        fields = Markup().join(Markup("<div>{}</div>").format(text(field, names)) for field in one["fields"])
        out += Markup('<div class="fields">{}</div>').format(fields)
    accessory = one.get("accessory") or {}
    if accessory.get("type") == "image":
        out = Markup('<div class="beside"><div>{}</div>{}</div>').format(out, _picture(accessory, names, "accessory"))
    return Markup('<div class="section">{}</div>').format(out)


def _context(one: Block, names: Names) -> Markup:
    parts = [
        _picture(part, names, "small")
        if part.get("type") == "image"
        else Markup("<span>{}</span>").format(text(part, names))
        for part in one["elements"]
    ]
    return Markup('<div class="context">{}</div>').format(Markup().join(parts))


def _divider(_: Block, __: Names) -> Markup:
    return Markup("<hr>")


def _image(one: Block, names: Names) -> Markup:
    title = Markup("<figcaption>{}</figcaption>").format(text(one["title"], names)) if "title" in one else Markup()
    return Markup("<figure>{}{}</figure>").format(title, _picture(one, names, ""))


def _picture(one: Block, names: Names, kind: str) -> Markup:
    given = one.get("slack_file") or {}
    address = names.images.get(str(given.get("id") or str(given.get("url")).rpartition("/")[2]))
    if not address:
        return Markup('<span class="noimage">[picture: {}]</span>').format(one.get("alt_text", ""))
    return Markup('<img class="{}" src="{}" alt="{}" title="{}">').format(
        kind, address, one.get("alt_text", ""), one.get("alt_text", "")
    )


def _table(one: Block, names: Names) -> Markup:
    settings = [part or {} for part in one.get("column_settings") or ()]
    rows = [
        Markup("<tr>{}</tr>").format(
            Markup().join(
                _cell(cell, settings[at] if at < len(settings) else {}, "th" if not number else "td", names)
                for at, cell in enumerate(row)
            )
        )
        for number, row in enumerate(one["rows"])
    ]
    return Markup('<div class="table" tabindex="0"><table>{}</table></div>').format(Markup().join(rows))


def _cell(cell: Block, setting: Block, tag: str, names: Names) -> Markup:
    inner = (
        _rich_text(cell, names)
        if cell.get("type") == "rich_text"
        else escape(str(cell.get("text", cell.get("value", ""))))
    )
    align = setting.get("align") if setting.get("align") in {"left", "center", "right"} else "left"
    wrap = "wrap" if setting.get("is_wrapped") else "nowrap"
    return Markup('<{0} class="{1} {2}">{3}</{0}>').format(Markup(tag), align, wrap, inner)  # noqa: S704 (a tag of ours)


def _rich_text(one: Block, names: Names) -> Markup:
    return Markup('<div class="rich">{}</div>').format(Markup().join(_part(part, names) for part in one["elements"]))


def _part(part: Block, names: Names) -> Markup:
    kind = part["type"]
    if kind == "rich_text_list":
        depth = int(part.get("indent", 0))
        marks = _ORDERS if part.get("style") == "ordered" else _BULLETS
        tag = Markup("ol") if part.get("style") == "ordered" else Markup("ul")
        items = Markup().join(Markup("<li>{}</li>").format(_inlines(one, names)) for one in part["elements"])
        return Markup('<{0} class="depth{1} {2}" start="{3}">{4}</{0}>').format(
            tag, depth, marks[depth % 3], int(part.get("offset", 0)) + 1, items
        )
    wrapped = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}.get(kind, "div")
    return Markup("<{0}>{1}</{0}>").format(Markup(wrapped), _inlines(part, names))  # noqa: S704 (a tag of ours)


def _inlines(part: Block, names: Names) -> Markup:
    return Markup().join(_inline(one, names) for one in part["elements"])


def _inline(one: Block, names: Names) -> Markup:
    kind = one["type"]
    if kind == "text":
        out = plain(one["text"], shortcodes=False)
    elif kind == "link":
        out = link(one["url"], one.get("text", ""))
    elif kind == "emoji":
        out = emoji(one["name"])
    elif kind == "user":
        out = mention(f"@{names.people.get(one['user_id'], one['user_id'])}")
    elif kind == "channel":
        out = mention(f"#{names.channels.get(one['channel_id'], one['channel_id'])}")
    else:
        out = mention(f"@{one.get('usergroup_id') or one.get('range') or one.get('fallback') or kind}")
    style = one.get("style") or {}
    for name, tag in _TAGS:
        if style.get(name):
            out = Markup("<{0}>{1}</{0}>").format(Markup(tag), out)  # noqa: S704 (a tag of ours)
    return out


def _markdown(one: Block, names: Names) -> Markup:
    """Draw the part of Markdown that digests use: bold with two stars, headings, lists; the rest literally."""
    from markdown_it import MarkdownIt

    del names
    made = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    return Markup('<div class="markdown">{}</div>').format(Markup(made.render(one["text"])))  # noqa: S704 (it escapes HTML)


def _container(one: Block, names: Names) -> Markup:
    title = text(one["title"], names) if isinstance(one.get("title"), dict) else plain(str(one.get("title", "")))
    inner = Markup().join(block(part, names) for part in one.get("child_blocks") or ())
    state = Markup("") if one.get("default_collapsed") else Markup(" open")
    return Markup('<details class="container"{}><summary>{}</summary>{}</details>').format(state, title, inner)


_DRAWINGS: dict[str, Callable[[Block, Names], Markup]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "image": _image,
    "table": _table,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "container": _container,
}
