"""Checks that compare the mask with the photo: its border, and what its objects look like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.dataset.model import Dataset
from core.flags import Severity
from core.qa.checks import border_shift as border
from core.qa.checks import class_outlier as outlier
from core.qa.registry import Finding, Limit, Limits, check
from core.qa.view import SampleView

_MAX_EDGE = Limit(1.8, 0, 10, "", "A stronger edge than this between two parts means two objects")


@check(
    "border_shift",
    title="Shifted border",
    severity=Severity.WARNING,
    catches="A mask that lies beside its object and would fit the photo clearly better elsewhere.",
    misses="Borders that are inexact without a common direction, and objects without clear edges.",
    limits={
        "min_shift": Limit(5, 1, 16, "px", "Smaller shifts are no flag (photo scaled to 256 px)"),
        "min_gain": Limit(1.1, 1, 3, "", "How many times better the shifted border must fit"),
    },
)
def border_shift(view: SampleView, limits: Limits) -> Iterable[Finding]:
    """The mask fits better after a shift; the value is its length in pixels."""
    image, mask = view.image, view.mask
    if image is None or mask is None or not view.is_matched:
        return
    found = border.border_shift(
        image,
        mask,
        ignore_index=view.dataset.ignore_index,
        min_shift=limits["min_shift"],
        min_gain=limits["min_gain"],
    )
    if found is not None:
        where = " and ".join(
            f"{abs(distance):.0f} px {names[distance > 0]}"
            for distance, names in ((found.dx, ("left", "right")), (found.dy, ("up", "down")))
            if abs(distance) >= 0.5
        )
        yield Finding(found.px, f"The mask would fit better {where}.", found.boxes)


@check(
    "class_outlier",
    title="Looks like another class",
    severity=Severity.WARNING,
    over_dataset=True,
    catches="Objects whose shape and texture are those of another class: swapped labels.",
    misses="Classes of fewer than eight objects, and small objects.",
    limits={
        "min_confidence": Limit(90, 50, 100, "%", "How sure the other class must be"),
        "max_edge": _MAX_EDGE,
    },
)
def class_outlier(
    features: Mapping[str, Mapping[str, Any]], limits: Limits, dataset: Dataset
) -> Iterable[tuple[str, Finding]]:
    """An object looks like another class; the value is how surely, in percent."""
    found = outlier.class_outliers(
        _objects(features),
        min_confidence=limits["min_confidence"] / 100,
        max_edge=limits["max_edge"],
    )
    for each in found:
        given, other = (dataset.classes[i].name for i in (each.class_index, each.looks_like))
        sure = 100 * each.confidence
        text = f"This {given} looks like the dataset's {other} objects ({sure:.0f} % sure)."
        yield each.sample, Finding(sure, text, each.boxes)


@check(
    "mixed_object",
    title="Two classes in one",
    severity=Severity.WARNING,
    over_dataset=True,
    catches="One object whose parts were given different classes.",
    misses="Objects of two classes that touch and look alike.",
    limits={"max_edge": _MAX_EDGE},
)
def mixed_object(
    features: Mapping[str, Mapping[str, Any]], limits: Limits, dataset: Dataset
) -> Iterable[tuple[str, Finding]]:
    """Parts of one object have two classes; the value is how surely, in percent."""
    for each in outlier.mixed_objects(_objects(features), max_edge=limits["max_edge"]):
        given, other = (dataset.classes[i].name for i in (each.class_index, each.looks_like))
        text = f"One object seems to be labelled {given} in part and {other} in part."
        yield each.sample, Finding(100 * each.confidence, text, each.boxes)


def _objects(features: Mapping[str, Mapping[str, Any]]) -> Iterator[outlier.Observed]:
    for sample, measured in features.items():
        for entry in measured.get("objects", ()):
            yield sample, outlier.ObjectFeatures.from_json(entry)
