"""A chart as a picture: the line, its usual range, the day in question, the limit; readable on a phone, also without colours.

Days without a number stay gaps. Knows nothing of findings and of where the picture goes.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from vitals import words
from vitals.digest.content import Chart
from vitals.render.drawable import Drawable, Frame, amount, drawable, free_side, runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES = (7.2, 2.5)
DPI = 160
_LINE, _BAND, _MARK, _INK, _SOFT = "#0b4f8a", "#c9dcec", "#b3400a", "#1b2330", "#566174"
_SMALL, _LARGE = 13.0, 14.0  # points: on a phone, 360 pixels wide, they are 9 and 10 pixels
_LEAST = 11.5  # of a long title
_TITLE = 90  # most characters
_ROW = 76  # characters of the row under the title
_DATES = 5
_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": _SMALL,
    "text.parse_math": False,  # names are data: `$\alpha$` is shown as it is
    "text.usetex": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "vitals",
    "path.simplify": False,
    "axes.unicode_minus": False,
}
_DRAWING = Lock()  # matplotlib's settings belong to the process


def png(chart: Chart) -> bytes:
    """Draw a chart as PNG, 1152 x 400 pixels on white; equal charts give equal bytes."""
    with _figure(chart) as figure:
        file = BytesIO()
        figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def svg(chart: Chart) -> str:
    """Draw a chart as a standalone SVG, whose texts stay texts; equal charts give equal text."""
    with _figure(chart) as figure:
        file = BytesIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing)
    return file.getvalue().decode()


@contextmanager
def _figure(chart: Chart) -> "Iterator[Figure]":
    """Draw under settings of our own, whatever the process has set."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _DRAWING, mpl.rc_context(_STYLE):
        figure = Figure(figsize=INCHES, dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        draw(figure, chart)
        yield figure


def draw(figure: "Figure", chart: Chart) -> None:
    """Draw a chart into an empty figure of 7.2 x 2.5 inches."""
    axes = figure.add_axes((0.1, 0.15, 0.885, 0.57))
    _title(figure, chart.title)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_SOFT)
    known = drawable(chart)
    if not any(one is not None for one in known.values):
        _say_nothing(axes)
        return
    _span(axes, known, share=chart.share)
    _dates(axes, chart)
    _band(axes, known)
    _limit(axes, known)
    _since(axes, known)
    _line(axes, known)
    _mark(axes, chart, known)
    _legend(figure, chart, known)


def _title(figure: "Figure", title: str) -> None:
    """Write the title, cut to the width that the picture has."""
    shown = _shown(title, _TITLE)
    written = figure.text(0.014, 0.98, shown, size=_LARGE, weight="bold", color=_INK, va="top")
    share = written.get_window_extent().width / (0.97 * figure.bbox.width)
    if share > 1:
        written.set_fontsize(max(_LARGE / share, _LEAST))
        share = written.get_window_extent().width / (0.97 * figure.bbox.width)
    if share > 1:
        written.set_text(shown[: max(1, int(len(shown) / share) - 1)].rstrip(" …") + "…")


def _say_nothing(axes: "Axes") -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.text(0.5, 0.5, "no numbers in these weeks", transform=axes.transAxes, ha="center", va="center", color=_SOFT)


def _span(axes: "Axes", known: Drawable, *, share: bool) -> None:
    """Leave room above and below for the marked number; a share is never drawn beyond 0..100 % for room alone."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    low, high = min(known.numbers), max(known.numbers)
    room = (high - low) or abs(high) or 1.0
    bottom, top = low - 0.12 * room, high + 0.22 * room
    if low >= 0:
        bottom = max(bottom, -0.04 * (top - max(bottom, 0.0)))
    axes.set_ylim(bottom, top)
    places = [1, 2, 2.5, 5, 10]
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=places, min_n_ticks=2))
    most = 1.0 if share and high <= 1 else math.inf
    least = 0.0 if low >= 0 else -math.inf

    def label(value: float, _: object = None) -> str:
        number = 0.0 if abs(value) < 1e-9 * room else float(value) * known.scale
        sensible = least - 1e-9 <= value <= most + 1e-9 and math.isfinite(number)
        return amount(number, share) if sensible else ""

    axes.yaxis.set_major_formatter(FuncFormatter(label))
    longest = max(len(label(float(tick))) for tick in axes.get_yticks())
    left = 0.032 + 0.0152 * max(longest, 3)
    axes.set_position((left, 0.15, 0.978 - left, 0.57))
    axes.tick_params(axis="y", labelsize=_SMALL, colors=_INK, length=3)
    axes.grid(visible=True, axis="y", color="#e6e9ee", linewidth=0.8)
    axes.set_axisbelow(True)


def _dates(axes: "Axes", chart: Chart) -> None:
    """Label Mondays, at most five of them; in less than two weeks the days themselves."""
    days = chart.days
    mondays = [at for at, day in enumerate(days) if day.weekday() == 0]
    marks = mondays if len(mondays) >= 2 else list(range(len(days)))
    step = max(1, math.ceil(len(marks) / _DATES))
    fitting = [at for at in marks if at <= 0.94 * len(days) - 1] or marks  # the last label needs room to its right
    labelled = fitting[(len(fitting) - 1) % step :: step]
    axes.set_xlim(-0.8, len(days) - 0.2)
    axes.set_xticks(labelled, [words.short_day(days[at]) for at in labelled], size=_SMALL, color=_INK)
    axes.set_xticks(marks, minor=True)
    axes.tick_params(axis="x", length=5, pad=2, colors=_INK)
    for label, at in zip(axes.get_xticklabels(), labelled, strict=True):
        if len(days) > 1 and at < 0.03 * len(days):
            label.set_horizontalalignment("left")


def _band(axes: "Axes", known: Drawable) -> None:
    for places, (low, high) in runs(known.low, known.high):
        edges = [places[0] - 0.5, *places, places[-1] + 0.5]  # a single day is a band too
        lower, upper = [low[0], *low, low[-1]], [high[0], *high, high[-1]]
        axes.fill_between(edges, lower, upper, color=_BAND, linewidth=0, zorder=1)
        for edge in (lower, upper):
            axes.plot(edges, edge, color="#7fa3c4", linewidth=0.9, linestyle=(0, (4, 2)), zorder=1.5)


def _limit(axes: "Axes", known: Drawable) -> None:
    if known.limit is not None:
        axes.axhline(known.limit, color=_INK, linewidth=1.5, linestyle=(0, (7, 3, 1.5, 3)), zorder=2)


def _since(axes: "Axes", known: Drawable) -> None:
    if known.since is not None and known.since != known.marked:
        axes.axvline(known.since, color=_SOFT, linewidth=1.5, linestyle=(0, (1, 1.5)), zorder=2)


def _line(axes: "Axes", known: Drawable) -> None:
    for places, (numbers,) in runs(known.values):
        size = 3.2 if len(places) > 1 else 4.5
        axes.plot(places, numbers, color=_LINE, linewidth=1.8, marker="o", markersize=size, zorder=3)


def _mark(axes: "Axes", chart: Chart, known: Drawable) -> None:
    """Mark the day, and say its number beside it, on the side with room."""
    value = None if known.marked is None else known.values[known.marked]
    if known.marked is None or value is None:
        return
    axes.plot([known.marked], [value], marker="D", markersize=9, color=_MARK, markeredgecolor="white", zorder=5)
    said = amount(value * known.scale, chart.share)
    place = axes.get_position()
    size = place.width * INCHES[0] * 72, place.height * INCHES[1] * 72
    frame = Frame(axes.get_xlim(), axes.get_ylim(), size)
    right, up = free_side(known, (known.marked, value), (8.9 * len(said), _LARGE), frame)
    axes.annotate(
        said,
        (known.marked, value),
        (9 * right, 8 * up if right else 10 * up),
        textcoords="offset points",
        ha=("center", "left", "right")[right],
        va=("center", "bottom", "top")[up],
        size=_LARGE,
        weight="bold",
        color=_MARK,
        zorder=6,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
    )


def _legend(figure: "Figure", chart: Chart, known: Drawable) -> None:
    """Name what is drawn, in one row under the title."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    named: list[tuple[Line2D | Patch, str]] = []
    if known.marked is not None and known.values[known.marked] is not None:
        mark = Line2D([], [], marker="D", markersize=8, color=_MARK, linestyle="none")
        named.append((mark, f"{'predictions of ' if chart.cohorts else ''}{words.short_day(chart.marked)}"))
    if runs(known.low, known.high):
        named.append((Patch(facecolor=_BAND, edgecolor="#7fa3c4", linestyle="--"), "usual range"))
    if known.limit is not None:
        line = Line2D([], [], color=_INK, linewidth=1.5, linestyle=(0, (7, 3, 1.5, 3)))
        named.append((line, f"limit {amount(known.limit * known.scale, chart.share)}"))
    if chart.since and known.since is not None and known.since != known.marked:
        line = Line2D([], [], color=_SOFT, linewidth=1.5, linestyle=(0, (1, 1.5)))
        named.append((line, f"since {words.short_day(chart.since)}"))
    if named:
        length = sum(len(name) + 5 for _, name in named)
        figure.legend(
            [one for one, _ in named],
            [name for _, name in named],
            loc="upper left",
            bbox_to_anchor=(0.006, 0.89),
            ncols=len(named),
            frameon=False,
            fontsize=min(_SMALL, _SMALL * _ROW / length),
            handlelength=1.5,
            handletextpad=0.5,
            columnspacing=1.0,
            borderpad=0,
            labelcolor=_INK,
        )


def _shown(text: str, most: int) -> str:
    """Make a text drawable: one line, cut, and without characters that the font does not have."""
    from matplotlib.font_manager import findfont, get_font

    known = get_font(findfont("DejaVu Sans")).get_charmap()
    return "".join(one if ord(one) in known else "\ufffd" for one in words.visible(text, most))
