"""The parts that the charts of `core.eda.figures` are made of, all in one style.

Matplotlib is loaded by the functions, not with the module.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.dataset.model import ClassInfo, Color
from core.eda import tables
from core.eda.columns import Eda

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TEXT, MUTED, LINE, FILL = "#1B1F27", "#5A6270", "#D0D4DB", "#5A7FA8"
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": TEXT,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "figure.titlesize": 12,
    "figure.titleweight": "bold",
    "svg.hashsalt": "petseg",  # in place of random ids
}

_MOST_DOTS = 3000
_LARGEST_DOT = 400.0
_SMALLEST_DOT = 12.0


def panels(
    eda: Eda, title: str, rows: int, columns: int, size: tuple[float, float], **options: Any
) -> tuple[Figure, Sequence[Axes]]:
    """A figure of that size in inches, and its panels row by row.

    Its title says which label set and splits it shows; `options` are those of matplotlib's
    `subplots`.
    """
    # Not pyplot: its figures live until they are closed, and it would look for a screen.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    splits = ", ".join(name for name in eda.splits if name)
    where = f"{eda.label_set} ({splits})" if splits else eda.label_set
    figure.suptitle(f"{title}: {where}", x=0.01, ha="left")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, list(axes.flat)


def grid(
    eda: Eda, title: str, number: int, size: tuple[float, float]
) -> tuple[Figure, Sequence[Axes]]:
    """A figure of so many panels of that size in inches, at most four in a row."""
    columns = min(number, 4)
    rows = -(-number // columns)
    whole = (max(5.0, size[0] * columns), size[1] * rows + 0.4)
    figure, axes = panels(eda, title, rows, columns, whole)
    for empty in axes[number:]:
        empty.remove()
    return figure, axes[:number]


def named_bars(
    axis: Axes, classes: Sequence[ClassInfo], values: Sequence[float], labels: Sequence[str]
) -> None:
    """A bar for each class in its colour, with its name on the left and a label on the right."""
    places = np.arange(len(classes))
    colors = [ink(info.color) for info in classes]
    drawn = axis.barh(places, values, color=colors, height=0.7)
    axis.bar_label(drawn, labels=labels, padding=3, color=TEXT)
    axis.set_yticks(places, [info.name for info in classes])
    axis.tick_params(left=False, labelcolor=TEXT)
    axis.margins(x=0.35)
    axis.set_xlim(left=0)
    if not axis.yaxis_inverted():  # once, where the panels share the axis
        axis.invert_yaxis()


def draw_histogram(axis: Axes, bars: tables.Histogram, color: str) -> None:
    """Bars side by side over whole numbers."""
    from matplotlib.ticker import MaxNLocator

    axis.bar(
        bars.edges[:-1], bars.counts, width=np.diff(bars.edges), align="edge",
        color=color, edgecolor="white", linewidth=0.6,
    )  # fmt: skip
    axis.set_xlim(bars.edges[0], bars.edges[-1])
    axis.grid(axis="y", color=LINE, linewidth=0.6)
    axis.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))


def draw_cloud(
    figure: Figure, axis: Axes, x: tables.Values, y: tables.Values, photos: tables.Values | None
) -> None:
    """A dot for each place; where there would be too many, how many photos are in each region.

    Args:
        figure: The figure that gets the scale of colours.
        axis: Where to draw.
        x: Places across.
        y: Places upwards.
        photos: How many photos are at each place, shown by the dot's area; None for one.
    """
    if len(x) > _MOST_DOTS:
        amounts = np.ones(len(x)) if photos is None else photos
        cells = axis.hexbin(
            x, y, C=amounts, reduce_C_function=np.sum, gridsize=40, mincnt=1, cmap="cividis"
        )
        figure.colorbar(cells, ax=axis, label="photos").outline.set_visible(False)
        return
    areas = _SMALLEST_DOT
    if photos is not None:
        areas = np.maximum(_SMALLEST_DOT, _LARGEST_DOT * photos / photos.max())
    axis.scatter(x, y, s=areas, color=FILL, alpha=0.5, linewidths=0)


def ink(color: Color) -> str:
    """A class's colour, darkened where it would not stand out from white paper."""
    luminance = (0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]) / 255
    darker = min(1.0, 0.7 / luminance) if luminance > 0 else 1.0
    return "#{:02X}{:02X}{:02X}".format(*(round(part * darker) for part in color))
