"""The charts of `petseg eda --figures`, drawn with matplotlib for reports.

Matplotlib is loaded by the functions, not with the module, and draws without a screen.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.dataset.model import ClassInfo
from core.eda import tables
from core.eda.class_weights import METHODS
from core.eda.columns import Eda
from core.eda.figure_parts import (
    FILL,
    STYLE,
    TEXT,
    draw_cloud,
    draw_histogram,
    grid,
    ink,
    named_bars,
    panels,
)
from core.files import atomic_write

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CLASSES = 24
"""A chart of more classes shows the most frequent ones and says so; the tables hold all."""

_MOST_SIZES = 12
_DOTS_PER_INCH = 150
_PERCENT = (0, 25, 50, 75, 100)


def write_figures(
    eda: Eda, folder: Path, on_progress: Callable[[int, int], None] | None = None
) -> list[Path]:
    """Draw every chart that has something to show, each as PNG and as SVG.

    Args:
        eda: The statistics to show.
        folder: Where the files go; made when absent. Files of the same names are replaced.
        on_progress: Called with (charts done, charts in all).

    Returns:
        The files written.

    Raises:
        PetsegError: a file cannot be written.
    """
    import matplotlib as mpl

    written = []
    with mpl.rc_context(STYLE):
        for done, (name, draw) in enumerate(_FIGURES.items(), start=1):
            figure = draw(eda)
            if figure is not None:
                for suffix in ("png", "svg"):
                    # Without a date in it, the same data give the same file.
                    metadata = {"Date": None} if suffix == "svg" else None
                    data = io.BytesIO()
                    figure.savefig(data, format=suffix, dpi=_DOTS_PER_INCH, metadata=metadata)
                    path = folder / f"{name}.{suffix}"
                    atomic_write(path, data.getvalue())
                    written.append(path)
            if on_progress is not None:
                on_progress(done, len(_FIGURES))
    return written


def _class_balance(eda: Eda) -> Figure | None:
    if not eda.labelled:
        return None
    shown, remark = _shown_classes(eda, with_background=True)
    rows = {row.index: row for row in tables.class_balance(eda)}
    figure, (images, objects, pixels) = panels(
        eda, f"Class balance{remark}", 1, 3, (10.0, 1.5 + 0.32 * len(shown)), sharey=True
    )
    chosen = [rows[info.index] for info in shown]
    named_bars(images, shown, [row.image_share_pct for row in chosen], [
        f"{row.image_share_pct:.1f} %  ({row.images})" for row in chosen
    ])  # fmt: skip
    images.set(title="Images with the class", xlabel="% of the images")
    named_bars(objects, shown, [row.instances_per_image or 0 for row in chosen], [
        "–" if row.instances_per_image is None else f"{row.instances_per_image:.2f}"
        for row in chosen
    ])  # fmt: skip
    objects.set(title="Objects per image with the class", xlabel="objects")
    named_bars(pixels, shown, [row.pixel_share_pct for row in chosen], [
        f"{row.pixel_share_pct:.3g} %" for row in chosen
    ])  # fmt: skip
    pixels.set(title="Pixels of the class", xlabel="% of the labelled pixels")
    for axis in (images, pixels):
        if axis.get_xlim()[1] > _PERCENT[-1]:
            axis.set_xticks(_PERCENT)
    return figure


def _object_areas(eda: Eda) -> Figure | None:
    shown, remark = _shown_classes(eda)
    found = {info.index: (areas, bars) for info, areas, bars in tables.area_histograms(eda)}
    shown = [info for info in shown if len(found[info.index][0])]
    if not shown:
        return None
    figure, axes = grid(eda, f"Areas of the objects{remark}", len(shown), (4.2, 2.8))
    for axis, info in zip(axes, shown, strict=True):
        areas, bars = found[info.index]
        summary = tables.summarize(areas)
        assert summary.median is not None, "a class with objects has a median"
        draw_histogram(axis, bars, ink(info.color))
        axis.axvline(summary.median, color=TEXT, linewidth=1, linestyle=(0, (4, 2)))
        axis.set(
            title=f"{info.name}: {summary.count} objects, median {summary.median:.2f} %",
            xlabel="area, % of the image",
            ylabel="objects",
        )
    return figure


def _positions(eda: Eda) -> Figure | None:
    shown, remark = _shown_classes(eda)
    every = {info: tables.positions(eda, info.index) for info in shown}
    heats = {info: heat for info, heat in every.items() if heat.any()}
    if not heats:
        return None
    figure, axes = grid(eda, f"Where the classes lie{remark}", len(heats), (2.9, 2.8))
    figure.set_layout_engine("compressed")  # the panels are square, whatever room there is
    # One scale, so that the classes can be compared.
    highest = max(float(heat.max()) for heat in heats.values())
    for axis, (info, heat) in zip(axes, heats.items(), strict=True):
        picture = axis.imshow(heat, cmap="cividis", vmin=0, vmax=highest, extent=(0, 100, 100, 0))
        axis.set(
            title=info.name,
            xlabel="% of the width",
            ylabel="% of the height",
            xticks=(0, 50, 100),
            yticks=(0, 50, 100),
        )
    bar = figure.colorbar(picture, ax=list(axes), shrink=0.75, aspect=30)
    bar.set_label("% of the cell filled,\nmean of the images with the class")
    bar.outline.set_visible(False)
    return figure


def _light(eda: Eda) -> Figure | None:
    brightness, contrast = tables.brightness(eda), tables.contrast(eda)
    if not len(brightness):
        return None
    figure, (both, one, other) = panels(
        eda, "Brightness and contrast of the photos", 1, 3, (11.0, 3.4)
    )
    draw_cloud(figure, both, brightness, contrast, None)
    both.set(
        title=f"{len(brightness)} photos",
        xlabel="brightness (mean grey value)",
        ylabel="contrast (standard deviation)",
        xlim=(0, 255),
    )
    both.set_ylim(bottom=0)
    for axis, values, edges, name in (
        (one, brightness, tables.BRIGHTNESS_EDGES, "brightness (mean grey value)"),
        (other, contrast, tables.CONTRAST_EDGES, "contrast (standard deviation)"),
    ):
        draw_histogram(axis, tables.histogram(values, edges), FILL)
        axis.set(
            title=f"median {tables.summarize(values).median:.0f}", xlabel=name, ylabel="photos"
        )
    return figure


def _components(eda: Eda) -> Figure | None:
    counts = tables.component_counts(eda)
    if not len(counts):
        return None
    figure, (axis,) = panels(eda, "Connected pieces of the foreground", 1, 1, (6.0, 3.4))
    bars = tables.count_histogram(counts)
    if np.diff(bars.edges)[0] == 1:
        drawn = axis.bar(np.arange(len(bars.counts)), bars.counts, width=0.8, color=FILL)
        axis.margins(y=0.1)
        if len(bars.counts) <= tables.BINS:  # the figures themselves, in place of an axis
            axis.set(xticks=np.arange(len(bars.counts)), yticks=[])
            axis.spines.left.set_visible(False)
            axis.bar_label(drawn, [str(count or "") for count in bars.counts], color=TEXT)
    else:
        draw_histogram(axis, bars, FILL)
    several = int(np.count_nonzero(counts > 1))
    axis.set(
        title=f"{several} of {len(counts)} masks have more than one",
        xlabel="pieces in the mask, all classes together",
        ylabel="masks",
    )
    return figure


def _sizes(eda: Eda) -> Figure | None:
    sizes = tables.sizes(eda)
    if not sizes:
        return None
    total = sum(size.images for size in sizes)
    if len(sizes) > _MOST_SIZES:
        figure, (axis,) = panels(eda, "Sizes of the photos", 1, 1, (5.6, 4.6))
        draw_cloud(
            figure,
            axis,
            np.array([size.width for size in sizes]),
            np.array([size.height for size in sizes]),
            np.array([size.images for size in sizes]),
        )
        axis.set(
            title=f"{total} photos of {len(sizes)} sizes",
            xlabel="width, pixels",
            ylabel="height, pixels",
        )
        axis.set_xlim(left=0)
        axis.set_ylim(bottom=0)
        return figure
    figure, (axis,) = panels(eda, "Sizes of the photos", 1, 1, (6.0, 1.6 + 0.3 * len(sizes)))
    names = [f"{size.width} × {size.height}" for size in sizes]
    drawn = axis.barh(names, [size.images for size in sizes], color=FILL, height=0.7)
    axis.bar_label(drawn, padding=3, color=TEXT)
    axis.set_ylim(max(len(sizes), 2) - 0.5, -0.5)  # one bar does not fill the chart
    axis.margins(x=0.12)
    axis.tick_params(left=False)
    axis.set(title="width × height in pixels", xlabel="photos")
    return figure


def _class_weights(eda: Eda) -> Figure | None:
    if not eda.labelled:
        return None
    shown, remark = _shown_classes(eda, with_background=True)
    split, weights = tables.class_weights(eda)
    source = eda.only([split]) if split else eda
    figure, axes = panels(
        source, f"Class weights{remark}", 1, len(weights), (10.0, 1.5 + 0.32 * len(shown)),
        sharey=True,
    )  # fmt: skip
    for axis, (method, values) in zip(axes, weights.items(), strict=True):
        chosen = [values[info.index] for info in shown]
        named_bars(axis, shown, chosen, [f"{value:.3g}" for value in chosen])
        axis.set(title=METHODS[method].title, xlabel="weight")
    return figure


_FIGURES: dict[str, Callable[[Eda], Figure | None]] = {
    "class_balance": _class_balance,
    "object_areas": _object_areas,
    "positions": _positions,
    "brightness_contrast": _light,
    "components_per_image": _components,
    "image_sizes": _sizes,
    "class_weights": _class_weights,
}


def _shown_classes(eda: Eda, *, with_background: bool = False) -> tuple[list[ClassInfo], str]:
    """The classes of a chart, and the words that say which are missing."""
    classes = list(eda.classes if with_background else tables.foreground(eda))
    if len(classes) <= MOST_CLASSES:
        return classes, ""
    frequent = sorted(classes, key=lambda info: -int(eda.pixels[info.index]))[:MOST_CLASSES]
    kept = {info.index for info in frequent}
    words = f" (the {MOST_CLASSES} largest of {len(classes)} classes)"
    return [info for info in classes if info.index in kept], words
