"""The text and the page: complete, within their width, and deaf to what hostile data says."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.digest import samples
from vitals.digest import Digest, compose
from vitals.render import html, text

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects a page's elements, attributes and text, and checks that elements nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that the innermost element ends."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect text, styles aside."""
        if self.open[-1:] != ["style"]:
            self.words += data


@pytest.mark.parametrize("sample", [samples.quiet, samples.busy, samples.broken, samples.warming_up, samples.hostile])
def test_text_keeps_to_its_width_and_to_printable_characters(sample) -> None:
    """No line is wider than 100 columns, and nothing in it can steer a terminal."""
    rendered = text.render(sample())
    assert max(map(len, rendered.splitlines())) <= 100
    assert all(c.isprintable() or c == "\n" for c in rendered)
    assert rendered.encode()


@pytest.mark.parametrize("sample", [samples.quiet, samples.warming_up])
def test_a_quiet_day_takes_two_lines(sample) -> None:
    """Silence must mean that the monitor is dead, so a quiet day says so in two lines."""
    assert text.render(sample()).count("\n") == 2


def test_text_says_everything_about_a_busy_day() -> None:
    """Every statement, what to do, cause, resolution, metric and note is in the text."""
    digest = samples.busy()
    rendered = " ".join(text.render(digest).split())
    for item in digest.items:
        assert item.statement in rendered
    said = ("LABELS AND METRICS", "usually 0.690-0.750", "910 -> 923 rows", "2 good days", "day 6 of 14", "Labour Day")
    assert [part for part in said if part not in rendered] == []
    assert "Likely cause: precip, temp, visib, wind_speed: 13.1-14.8 % missing" in rendered


@pytest.mark.parametrize("sample", [samples.quiet, samples.busy, samples.broken, samples.warming_up, samples.hostile])
def test_the_page_is_whole_and_asks_for_nothing(sample) -> None:
    """Elements nest, nothing is loaded, no script runs, and links lead to http(s) only."""
    page = Page(html.render(sample()))
    assert page.open == []
    assert not {tag for tag, _ in page.found} & {"script", "img", "iframe", "link", "object", "form", "svg"}
    assert not [name for _, attributes in page.found for name in attributes if name.startswith("on") or name == "src"]
    links = [attributes["href"] for tag, attributes in page.found if tag == "a"]
    assert all(re.fullmatch(r"https?://[^\s<>\"]+", link or "") for link in links)
    assert "url(" not in html.render(sample())


def test_the_page_names_what_hostile_data_says_and_nothing_more() -> None:
    """Markup in names is shown as text; templates in names are not run."""
    page = Page(html.render(samples.hostile()))
    assert "<script>alert(1)</script>" in page.words
    assert "{{ 7 * 7 }}" in page.words
    assert not re.search("[\u200b\u202e\x1b\x00\ufeff]", page.words)


def test_the_page_can_be_heard() -> None:
    """Language, one h1, headed sections, scoped table headers: a screen reader finds its way."""
    page = Page(html.render(samples.busy()))
    tags = [tag for tag, _ in page.found]
    assert ("html", {"lang": "en"}) in page.found
    assert (tags.count("h1"), tags.count("main")) == (1, 1)
    assert all(attributes.get("scope") for tag, attributes in page.found if tag == "th")


def test_every_problem_is_on_the_page_and_in_the_text() -> None:
    """A thousand problems on two hundred models are all named."""
    digest: Digest = samples.crowd(1_000, 200)
    page, plain = html.render(digest), text.render(digest)
    assert all(f"feature_{number}:" in page and f"feature_{number}:" in plain for number in range(1_000))


def test_a_quiet_line_says_of_which_models_a_note_is() -> None:
    """One model without labels among others must not read as if there were none at all."""
    bare = replace(samples.quiet_news(), model=samples.model("bare", feedback=None, metrics=()))
    digest = compose(samples.CHANNEL, samples.DAY, [samples.quiet_news(), bare], None)

    assert "bare: no labels configured: no metrics" in text.render(digest).splitlines()[1]
