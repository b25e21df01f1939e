"""Slack's text, its links, mentions and emoji as HTML in which nothing else is alive."""

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

_TOKEN = re.compile(r"<([^<>]+)>")
_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_STYLES = (("*", "strong"), ("_", "em"), ("~", "s"))
EMOJI = {
    "red_circle": "🔴",
    "large_orange_circle": "🟠",
    "large_yellow_circle": "🟡",
    "large_green_circle": "🟢",
    "large_blue_circle": "🔵",
    "white_circle": "⚪",
    "white_check_mark": "✅",
    "warning": "⚠",
    "eyes": "👀",
    "zzz": "💤",
    "-1": "👎",
    "+1": "👍",
    "hourglass_flowing_sand": "⏳",
    "hourglass": "⌛",
    "pencil2": "✏",
    "bar_chart": "📊",
    "chart_with_upwards_trend": "📈",
    "bell": "🔔",
    "x": "❌",
    "information_source": "ℹ",
    "repeat": "🔁",
}
_NAMES = {sign: name for name, sign in EMOJI.items()}
# Signs that are text by themselves become pictures only where the sender asks for one with U+FE0F.
_SIGN = "|".join(f"{one}\ufe0f" + ("" if one in "⚠✏ℹ" else "?") for one in _NAMES)
_SIGNS = re.compile(f"(?:{_SIGN})")
_EITHER = re.compile(f"(?:{_SIGN})|:(?P<short>[a-z0-9_+-]+):")


def emoji(name: str) -> Markup:
    """Draw an emoji by its name; one that there is no drawing of appears as its name."""
    plain = name.partition("::")[0]
    if plain not in EMOJI:
        return Markup('<span class="shortcode">:{}:</span>').format(name)
    return Markup(
        '<svg class="emoji" role="img" aria-label="{0}"><title>:{0}:</title><use href="#emoji-{0}"/></svg>'
    ).format(plain)


def plain(text: str, *, shortcodes: bool = True) -> Markup:
    """Show text literally, line breaks and emoji apart; `:eyes:` is an emoji only with `shortcodes`."""
    out, end = Markup(), 0
    for found in (_EITHER if shortcodes else _SIGNS).finditer(text):
        name = found["short"] or _NAMES[found[0].rstrip("\ufe0f")] if shortcodes else _NAMES[found[0].rstrip("\ufe0f")]
        drawn = emoji(name) if name in EMOJI else escape(found[0])
        out += _lines(text[end : found.start()]) + drawn
        end = found.end()
    return out + _lines(text[end:])


def mrkdwn(text: str, people: Mapping[str, str], channels: Mapping[str, str]) -> Markup:
    """Show mrkdwn.

    Parameters
    ----------
    people, channels : names by id.
    """
    return _fenced(text, lambda part: _quoted(part, people, channels))


def mention(label: str) -> Markup:
    """Show what calls somebody."""
    return Markup('<span class="mention">{}</span>').format(label)


def link(url: str, label: str) -> Markup:
    """Show a link; an address that is not http, https or mailto is shown and leads nowhere."""
    if not url.lower().startswith(("http://", "https://", "mailto:")):
        return Markup('<span class="badlink" title="not a web address">{}</span>').format(label or url)
    return Markup('<a href="{}" rel="noreferrer noopener" target="_blank">{}</a>').format(url, plain(label or url))


def _fenced(text: str, inner: Callable[[str], Markup]) -> Markup:
    out, end = Markup(), 0
    for found in _FENCE.finditer(text):
        out += inner(text[end : found.start()].removesuffix("\n")) + Markup("<pre>{}</pre>").format(
            _unescaped(found[1])
        )
        end = found.end()
    return out + inner(text[end:].removeprefix("\n") if end else text)


def _quoted(text: str, people: Mapping[str, str], channels: Mapping[str, str]) -> Markup:
    """Put lines that start with > into a quote; what Slack escaped was no quote."""
    out: list[Markup] = []
    for quote, group in _runs(text.split("\n")):
        body = _coded("\n".join(group), people, channels)
        out.append(Markup("<blockquote>{}</blockquote>").format(body) if quote else body)
    return Markup().join(out)


def _runs(lines: list[str]) -> list[tuple[bool, list[str]]]:
    runs: list[tuple[bool, list[str]]] = []
    for given in lines:
        quote = given.startswith(("&gt;", ">"))
        line = given.removeprefix("&gt;").removeprefix(">").lstrip() if quote else given
        if runs and runs[-1][0] == quote:
            runs[-1][1].append(line)
        else:
            runs.append((quote, [line]))
    return runs


def _coded(text: str, people: Mapping[str, str], channels: Mapping[str, str]) -> Markup:
    out, end = Markup(), 0
    for found in _CODE.finditer(text):
        out += _tokens(text[end : found.start()], people, channels) + Markup("<code>{}</code>").format(
            _unescaped(found[1])
        )
        end = found.end()
    return out + _tokens(text[end:], people, channels)


def _tokens(text: str, people: Mapping[str, str], channels: Mapping[str, str]) -> Markup:
    """Keep tokens whole while the text around them is styled."""
    kept: list[Markup] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(_token(found[1], people, channels))
        return f"\x00{len(kept) - 1}\x00"

    styled = _styled(_TOKEN.sub(keep, text.replace("\x00", "")))
    return Markup(re.sub("\x00(\\d+)\x00", lambda found: str(kept[int(found[1])]), str(styled)))  # noqa: S704 (both are escaped)


def _token(inside: str, people: Mapping[str, str], channels: Mapping[str, str]) -> Markup:
    target, _, label = inside.partition("|")
    label = _unescaped(label)
    if target.startswith("@"):
        return mention(f"@{people.get(target[1:], label or target[1:])}")
    if target.startswith("#"):
        return mention(f"#{channels.get(target[1:], label or target[1:])}")
    if target.startswith("!date^"):
        return plain(label)
    if target.startswith("!"):
        return mention(label or f"@{target[1:].removeprefix('subteam^')}")
    return link(_unescaped(target), label)


def _styled(text: str) -> Markup:
    """Apply the first style that has two ends at word borders, then look inside and after it."""
    for sign, tag in _STYLES:
        mark = re.escape(sign)
        found = re.search(rf"(?<![\w{mark}]){mark}(?=\S)([^\n{mark}]+?)(?<=\S){mark}(?![\w{mark}])", text)
        if found:
            inner = Markup(f"<{tag}>{{}}</{tag}>").format(_styled(found[1]))  # noqa: S704 (tags of ours)
            return _styled(text[: found.start()]) + inner + _styled(text[found.end() :])
    return plain(_unescaped(text))


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(one) for one in text.split("\n"))
