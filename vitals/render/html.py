"""A digest as one page: no requests, no scripts, light and dark, fit for print and for screen readers."""

from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from vitals import words
from vitals.digest.content import Chart, Digest, Item
from vitals.render import cohorts, phrases

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

_SHOWN = 4_000
_MODELS = 30  # of more the table is folded
_CARDS = 20  # of a priority; more of them are rows of a table


def render(digest: Digest) -> str:
    """Render a digest as a self-contained HTML page (UTF-8)."""
    sections = [_cards(digest, priority, title) for priority, title in phrases.SECTIONS.items()]
    hidden = any(section["more"] for section in sections) or any(item.shown == "under" for item in digest.items)
    lists = [
        ("Still open", [f"P{item.priority} {_line(item)}" for item in phrases.still_open(digest)]),
        ("Resolved", [phrases.resolved(one) for one in digest.resolved]),
        ("For information", [_line(item) for item in phrases.for_information(digest)]),
        ("Notes", [phrases.note(one) for one in digest.notes]),
    ]
    ok = sum(line.ok for line in digest.models)
    return _template().render(
        digest=digest,
        since=phrases.since(digest),
        ok=ok,
        sections=sections,
        lists=lists,
        every=hidden,
        summed=cohorts.metric_lines(digest.metrics) if cohorts.is_many(digest.metrics) else [],
        most_models=_MODELS,
        estimated=phrases.ESTIMATED,
    )


def _cards(digest: Digest, priority: int, title: str) -> dict[str, object]:
    """Give the cards of a priority that are shown, and how many more there are."""
    found = phrases.cards(digest, priority)
    shown = found[: _CARDS + 1] if len(found) == _CARDS + 1 else found[:_CARDS]
    return {"priority": priority, "title": title, "cards": shown, "more": len(found) - len(shown)}


def _line(item: Item) -> str:
    standing = f" ({item.standing})" if item.standing else ""
    return f"{item.place} · {item.title}: {item.statement}{standing}"


def _shown(text: str) -> str:
    return words.visible(text, _SHOWN)


def _commands(text: str) -> "Markup":
    """Set what stands between backticks as code."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(p) if place % 2 else p for place, p in enumerate(parts))


def _picture(chart: Chart) -> str:
    """Draw a chart as the address of an image: it cannot run or restyle anything of the page, and keeps its own ids."""
    from vitals.render.chart import svg

    return f"data:image/svg+xml;base64,{b64encode(svg(chart).encode()).decode()}"


@cache
def environment() -> "Environment":
    """Set templates up: every value is escaped, an unknown name in one is an error."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters |= {
        "shown": _shown,
        "commands": _commands,
        "web": phrases.web_link,
        "day": words.day_words,
        "short": words.short_day,
        "value": phrases.value,
        "interval": phrases.interval,
        "usual": phrases.usual,
        "picture": _picture,
    }
    page.globals["style"] = Markup(_file("style.css.j2"))  # noqa: S704 - a file of ours
    return page


def template(name: str) -> "Template":
    """Compile a template of this package."""
    return environment().from_string(_file(name))


def _file(name: str) -> str:
    return files("vitals.render").joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> "Template":
    return template("digest.html.j2")
