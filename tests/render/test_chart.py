"""Charts as pictures: what is drawn is what was given, nothing forges or breaks, equal charts are equal bytes."""

import math
import struct
from base64 import b64decode
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tests.digest import samples
from vitals.digest import Digest
from vitals.digest.charts import with_charts
from vitals.digest.content import Chart
from vitals.render import html, pictures
from vitals.render.chart import draw, png, svg
from vitals.render.drawable import Frame, drawable, free_side, runs

DAYS = tuple(date(2013, 6, 7) + timedelta(days=at) for at in range(56))
VALUES = (*(None if at in {10, 20, 21} else 0.1 + 0.02 * (at % 5) for at in range(55)), 0.61)
CHART = Chart(
    title="flight_late · decision equal to warn",
    share=True,
    days=DAYS,
    values=VALUES,
    low=(None,) * 14 + (0.06,) * 42,
    high=(None,) * 14 + (0.2,) * 42,
    marked=DAYS[-1],
    alt="flight_late · decision equal to warn: 61 % on Thu 1 Aug 2013; usually 6-20 %",
    limit=0.35,
    since=DAYS[-4],
)
SVG = "{http://www.w3.org/2000/svg}"
NOTHING: tuple[float | None, ...] = (None,) * 56


def drawn(chart: Chart) -> Figure:
    """A chart as matplotlib holds it."""
    figure = Figure(figsize=(7.2, 2.5))
    FigureCanvasAgg(figure)
    draw(figure, chart)
    return figure


def texts(chart: Chart) -> list[str]:
    """Every text of the picture."""
    return ["".join(one.itertext()) for one in ET.fromstring(svg(chart)).iter(f"{SVG}text")]  # noqa: S314 - ours


def solid(figure: Figure) -> list[tuple[list[float], list[float]]]:
    """The pieces of the line of days."""
    lines = [one for one in figure.axes[0].lines if one.get_marker() == "o"]
    return [(list(map(float, one.get_xdata())), list(map(float, one.get_ydata()))) for one in lines]


def test_the_line_is_the_numbers_given() -> None:
    """Every number is drawn at its day, and a day without one is a gap, not a bridge."""
    points = {x: y for xs, ys in solid(drawn(CHART)) for x, y in zip(xs, ys, strict=True)}
    assert points == {float(at): value for at, value in enumerate(VALUES) if value is not None}
    assert [xs[0] for xs, _ in solid(drawn(CHART))] == [0, 11, 22]


def test_the_day_the_limit_and_the_beginning_are_marked() -> None:
    """The day in question stands out with its number, beside the limit and the day on which it began."""
    axes = drawn(CHART).axes[0]
    (mark,) = [one for one in axes.lines if one.get_marker() == "D"]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (55, 0.61)
    assert [one.get_text() for one in axes.texts] == ["61 %"]
    across = [list(one.get_ydata()) for one in axes.lines if one.get_linestyle() != "-" and one.get_marker() == "None"]
    assert [0.35, 0.35] in across
    assert [52, 52] in [list(one.get_xdata()) for one in axes.lines]


def test_everything_drawn_is_named_in_words() -> None:
    """No meaning is carried by a colour alone."""
    assert {"Thu 1 Aug", "usual range", "limit 35 %", "since Mon 29 Jul", "61 %", CHART.title} <= set(texts(CHART))
    assert "predictions of Thu 1 Aug" in texts(replace(CHART, cohorts=True))


def test_the_dates_are_mondays() -> None:
    """The axis names Mondays two weeks apart, so that weekdays can be counted."""
    labels = [one.get_text() for one in drawn(CHART).axes[0].get_xticklabels()]
    assert labels == ["Mon 10 Jun", "Mon 24 Jun", "Mon 8 Jul", "Mon 22 Jul"]


def test_equal_charts_are_equal_bytes() -> None:
    """A picture depends on its chart only, so that a repeated run uploads the same."""
    assert png(CHART) == png(replace(CHART))
    assert svg(CHART) == svg(replace(CHART))


def test_a_picture_is_white_and_wide_enough() -> None:
    """1152 x 400 pixels: sharp on a phone with a fine screen."""
    assert struct.unpack(">II", png(CHART)[16:24]) == (1152, 400)


def test_settings_of_the_process_stay() -> None:
    """Drawing leaves matplotlib as it was for whoever else uses it."""
    before = dict(mpl.rcParams)
    png(CHART)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    "title",
    [
        r"$\alpha$ $\frac{1}{0}$",
        "<script>alert(1)</script>",
        'a" onload="x',
        "x" * 10_000,
        "",
        "日本語 \U0001f600",
        "]]>&amp;",
    ],
    ids=["math", "script", "attribute", "long", "empty", "no glyphs", "xml"],
)
def test_hostile_titles_are_only_text(title: str) -> None:
    """A name from data is neither mathematics nor markup, whatever it holds."""
    root = ET.fromstring(svg(replace(CHART, title=title)))  # noqa: S314 - ours
    assert not list(root.iter(f"{SVG}script"))
    assert not [name for one in root.iter() for name in one.attrib if name.startswith("on")]
    assert png(replace(CHART, title=title)).startswith(b"\x89PNG")


def test_a_title_is_shown_as_it_is_and_cut_to_the_width() -> None:
    """Dollar signs stay; direction overrides go; what is too long ends in an ellipsis inside the picture."""
    assert r"m · $\alpha$" in texts(replace(CHART, title=r"m · $\alpha$"))
    assert "evil txt" in texts(replace(CHART, title="evil \u202etxt"))
    figure = drawn(replace(CHART, title="W" * 300))
    title = figure.texts[0]
    assert title.get_text().endswith("W…")
    assert title.get_window_extent().x1 < figure.bbox.width


@pytest.mark.parametrize(
    "values",
    [
        NOTHING,
        (math.inf,) * 56,
        (math.nan, -math.inf) * 28,
        (0.0,) * 56,
        (-5.0,) * 56,
        (1e308, -1e308) * 28,
        (5e-324,) * 56,
        (*NOTHING[:-1], 0.3),
        tuple(-1e6 * at for at in range(56)),
        tuple(float(at) for at in range(3)),
    ],
    ids=["none", "inf", "nan", "zero", "constant", "huge", "tiny", "one", "negative", "short"],
)
@pytest.mark.parametrize("share", [True, False])
def test_odd_numbers_are_drawn_all_the_same(values: tuple[float | None, ...], share: bool) -> None:
    """Whatever the numbers are, there is a picture and no warning."""
    chart = replace(CHART, values=values, low=NOTHING, high=NOTHING, limit=None, share=share)
    assert png(chart).startswith(b"\x89PNG")
    assert svg(chart).rstrip().endswith("</svg>")


def test_no_numbers_are_said_to_be_none() -> None:
    """An empty picture says that it is empty; so does one without days."""
    assert "no numbers in these weeks" in texts(replace(CHART, values=NOTHING))
    empty = replace(CHART, days=(), values=(), low=(), high=())
    assert "no numbers in these weeks" in texts(empty)


def test_a_single_day_is_a_point() -> None:
    """One day of data is marked in the middle."""
    one = replace(CHART, days=DAYS[-1:], values=(0.61,), low=(None,), high=(None,))
    assert solid(drawn(one)) == [([0.0], [0.61])]


def test_runs_are_cut_where_any_series_has_a_gap() -> None:
    """A band needs both its ends."""
    assert runs([1.0, None, 3.0, 4.0], [1.0, 2.0, 3.0, None]) == [([0], [[1.0], [1.0]]), ([2], [[3.0], [3.0]])]


def test_a_number_is_written_where_the_line_is_not() -> None:
    """Left of a peak there is room; where the line comes from the left at the same height, it is written elsewhere."""
    flat = drawable(replace(CHART, values=(0.5,) * 56, low=NOTHING, high=NOTHING, limit=None))
    frame = Frame((-0.8, 55.8), (0.0, 1.0), (450.0, 100.0))
    assert free_side(flat, (55, 0.5), (30.0, 14.0), frame)[1] != 0
    peak = drawable(replace(CHART, values=(0.1,) * 55 + (0.9,), low=NOTHING, high=NOTHING, limit=None))
    assert free_side(peak, (55, 0.9), (30.0, 14.0), frame) == (-1, 0)


def crowded(cards: int) -> Digest:
    """A digest with so many cards, each with a chart."""
    digest = samples.crowd(cards, 1)
    items = tuple(replace(item, priority=1 + place % 3, shown="card") for place, item in enumerate(digest.items))
    digest = replace(digest, items=items)
    return with_charts(digest, dict.fromkeys(range(len(items)), CHART))


def test_slack_gets_two_pictures_in_the_root_and_ten_in_the_thread() -> None:
    """Priority 1 comes first, inputs have no picture, and the numbers are in the alternative text."""
    files = pictures.attachments(crowded(60))
    assert [one.in_root for one in files] == [True] * 2 + [False] * 10
    assert len({one.name for one in files}) == 12
    assert all("61 %" in one.alt and one.content.startswith(b"\x89PNG") for one in files)


def test_an_image_block_names_its_picture() -> None:
    """The sender finds the picture by the block's id and puts the uploaded file there."""
    digest = crowded(3)
    files = pictures.attachments(digest)
    first = pictures.picture_of(next(item for item in digest.items if item.priority == 1), files)
    assert first is not None
    assert pictures.image(first) == {"type": "image", "slack_file": {"id": first.name}, "alt_text": CHART.alt}
    assert pictures.picture_of(replace(digest.items[0], chart=None), files) is None


def test_the_page_shows_a_card_with_its_chart() -> None:
    """The picture is in the page itself, with its words for those who do not see it."""
    digest = with_charts(samples.busy(), {0: replace(CHART, alt='61 % "<b>"')})
    page = html.render(digest)
    address = page.split('src="data:image/svg+xml;base64,')[1].split('"')[0]
    assert b64decode(address).decode() == svg(replace(CHART, alt=""))
    assert 'alt="61 % &#34;&lt;b&gt;&#34;"' in page
    assert page.count("<img") == 1


def test_shares_beyond_the_axis_are_not_labelled() -> None:
    """Room above 100 % has no label: there is no such share."""
    chart = replace(CHART, values=(0.97,) * 55 + (0.7,), low=(0.9,) * 56, high=(1.0,) * 56, limit=None)
    figure = drawn(chart)
    axis = figure.axes[0].yaxis
    labels = axis.get_major_formatter().format_ticks(np.asarray(axis.get_majorticklocs()))
    assert "100 %" in labels
    assert not [label for label in labels if label.startswith(("101", "102", "105", "110"))]
