"""The tables as files: the JSON of `petseg eda`, and one CSV per table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.eda import tables
from core.eda.columns import Eda

ALL = "all"
"""The name of all splits together, in tables with a column `split`."""

_DIGITS = 6
_SUMMARY = ("mean", "median", "min", "max", "p25", "p75")

Row = Sequence[Any]


@dataclass(frozen=True)
class Table:
    """A table to be written as CSV.

    Attributes:
        name: Its file's name without suffix.
        columns: Headings.
        rows: Its rows; None is an empty cell.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[Row]


def describe(eda: Eda) -> dict[str, Any]:
    """The JSON of `petseg eda`: everything of all the splits, then each split alone.

    Returns:
        `label_set`, `splits`; then `images` (samples), `labelled` (samples with a mask),
        `class_balance`, `object_area_pct`, `positions_pct` (16×16 per class),
        `components_per_image`, `brightness`, `contrast`, `image_sizes`; then `class_weights` by
        method and `class_weights_split`, the split they follow from ("" for all); and `by_split`
        with the same tables for each split.
    """
    split, weights = tables.class_weights(eda)
    return {
        "label_set": eda.label_set,
        "splits": list(eda.splits),
        **_describe_one(eda),
        "class_weights": {name: _all_rounded(values) for name, values in weights.items()},
        "class_weights_split": split,
        "by_split": {name: _describe_one(eda.only([name])) for name in eda.splits},
    }


def csv_tables(eda: Eda) -> list[Table]:
    """Every table, with a row for each split and, where there are several, for all together."""
    groups = split_groups(eda)
    return [
        Table(
            "class_balance",
            ("split", "class", "images", "image_share_pct", "objects", "instances_per_image",
             "pixels", "pixel_share_pct"),
            [
                (split, row.name, row.images, _rounded(row.image_share_pct), row.objects,
                 _rounded(row.instances_per_image), row.pixels, _rounded(row.pixel_share_pct))
                for split, part in groups
                for row in tables.class_balance(part)
            ],
        ),
        Table(
            "object_areas",
            ("split", "class", "objects", *(f"{name}_pct" for name in _SUMMARY)),
            [
                (split, info.name, *_summary_cells(tables.summarize(areas)))
                for split, part in groups
                for info, areas, _ in tables.area_histograms(part)
            ],
        ),
        Table(
            "object_area_histogram",
            ("split", "class", "from_pct", "to_pct", "objects"),
            [
                (split, info.name, *bar)
                for split, part in groups
                for info, _, bars in tables.area_histograms(part)
                for bar in _bars(bars)
            ],
        ),
        Table(
            "positions",
            ("split", "class", "row", "column", "occupancy_pct"),
            [
                (split, info.name, row, column, _rounded(value))
                for split, part in groups
                for info in tables.foreground(part)
                for (row, column), value in np.ndenumerate(tables.positions(part, info.index))
            ],
        ),
        Table(
            "components_per_image",
            ("split", "components", "images"),
            [
                (split, number, images)
                for split, part in groups
                for number, images in _counted(tables.component_counts(part))
            ],
        ),
        Table(
            "brightness_contrast",
            ("split", "measure", "images", *_SUMMARY),
            [
                (split, name, *_summary_cells(tables.summarize(values(part))))
                for split, part in groups
                for name, values in _LIGHT.items()
            ],
        ),
        Table(
            "image_sizes",
            ("split", "width", "height", "images"),
            [
                (split, size.width, size.height, size.images)
                for split, part in groups
                for size in tables.sizes(part)
            ],
        ),
        Table(
            "class_weights",
            ("method", "from_split", "class", "weight"),
            list(_weight_rows(eda)),
        ),
        Table(
            "samples",
            ("sample", "split", "width", "height", "brightness", "contrast", "components"),
            list(_sample_rows(eda)),
        ),
    ]  # fmt: skip


def split_groups(eda: Eda) -> list[tuple[str, Eda]]:
    """Each split by its name, and then, unless there is but one, all of them as `ALL`."""
    groups = [(name or ALL, eda.only([name])) for name in eda.splits]
    return groups if len(groups) == 1 else [*groups, (ALL, eda)]


_LIGHT: dict[str, Callable[[Eda], tables.Values]] = {
    "brightness": tables.brightness,
    "contrast": tables.contrast,
}


def _describe_one(eda: Eda) -> dict[str, Any]:
    components = tables.component_counts(eda)
    brightness, contrast = tables.brightness(eda), tables.contrast(eda)
    return {
        "images": len(eda),
        "labelled": eda.labelled,
        "class_balance": {
            row.name: {
                "images": row.images,
                "image_share_pct": _rounded(row.image_share_pct),
                "objects": row.objects,
                "instances_per_image": _rounded(row.instances_per_image),
                "pixels": row.pixels,
                "pixel_share_pct": _rounded(row.pixel_share_pct),
            }
            for row in tables.class_balance(eda)
        },
        "object_area_pct": {
            info.name: _distribution(areas, bars, "objects")
            for info, areas, bars in tables.area_histograms(eda)
        },
        "positions_pct": {
            info.name: np.round(tables.positions(eda, info.index), 3).tolist()
            for info in tables.foreground(eda)
        },
        "components_per_image": _distribution(components, tables.count_histogram(components)),
        "brightness": _distribution(
            brightness, tables.histogram(brightness, tables.BRIGHTNESS_EDGES)
        ),
        "contrast": _distribution(contrast, tables.histogram(contrast, tables.CONTRAST_EDGES)),
        "image_sizes": [
            {"width": size.width, "height": size.height, "images": size.images}
            for size in tables.sizes(eda)
        ],
    }


def _distribution(
    values: tables.Values, bars: tables.Histogram, count: str = "images"
) -> dict[str, Any]:
    cells = _summary_cells(tables.summarize(values))
    return {
        **dict(zip((count, *_SUMMARY), cells, strict=True)),
        "histogram": {"edges": _all_rounded(bars.edges), "counts": bars.counts.tolist()},
    }


def _summary_cells(summary: tables.Summary) -> Row:
    return (
        summary.count,
        _rounded(summary.mean),
        _rounded(summary.median),
        _rounded(summary.minimum),
        _rounded(summary.maximum),
        _rounded(summary.p25),
        _rounded(summary.p75),
    )


def _bars(bars: tables.Histogram) -> Iterator[tuple[float | None, float | None, int]]:
    edges = _all_rounded(bars.edges)
    yield from zip(edges[:-1], edges[1:], bars.counts.tolist(), strict=True)


def _counted(values: tables.Values) -> list[tuple[int, int]]:
    found, counts = np.unique(values, return_counts=True)
    return list(zip(found.tolist(), counts.tolist(), strict=True))


def _weight_rows(eda: Eda) -> Iterator[Row]:
    split, weights = tables.class_weights(eda)
    for method, values in weights.items():
        for info, weight in zip(eda.classes, values, strict=True):
            yield method, split or ALL, info.name, _rounded(weight)


def _sample_rows(eda: Eda) -> Iterator[Row]:
    columns = eda.samples
    for index, sample in enumerate(eda.ids):
        has_photo = not np.isnan(columns.brightness[index])
        components = int(columns.components[index])
        yield (
            sample,
            eda.splits[columns.split[index]],
            int(columns.width[index]) or None,
            int(columns.height[index]) or None,
            _rounded(columns.brightness[index]) if has_photo else None,
            _rounded(columns.contrast[index]) if has_photo else None,
            components if components >= 0 else None,
        )


def _all_rounded(values: Sequence[float] | tables.Values) -> list[float | None]:
    return [_rounded(float(value)) for value in values]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _DIGITS)
