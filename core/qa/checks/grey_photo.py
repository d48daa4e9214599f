"""Grey photos in a dataset of colour photos."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.dataset.model import Dataset
from core.flags import Severity
from core.images import Array
from core.qa.registry import (
    Finding,
    Limit,
    Measurement,
    Options,
    SampleFacts,
    dataset_check,
    fact,
)
from core.qa.view import SampleView

_FEW_PIXELS = 128
"""The longest side of the grid of pixels that tells a grey photo."""


@fact("grey_photo")
def grey_photo_fact(view: SampleView) -> Array | None:
    """Whether the photo shows no colour at all, uint8[1]: 1 for grey."""
    image = view.image
    if image is None:
        return None
    step = max(1, max(image.shape[:2]) // _FEW_PIXELS)
    few = image[::step, ::step]
    grey = np.array_equal(few[..., 0], few[..., 1]) and np.array_equal(few[..., 0], few[..., 2])
    return np.array([grey], np.uint8)


def _fit_grey(facts: Iterable[SampleFacts], _dataset: Dataset, _options: Options) -> list[int]:
    """How many photos are grey, and how many there are."""
    grey = photos = 0
    for _, _, values in facts:
        found = values.get("grey_photo")
        if found is not None and found.size:
            photos += 1
            grey += int(found[0])
    return [grey, photos]


def _say_grey(found: Measurement, _limit: float) -> Finding:
    return Finding(
        found.score,
        f"The photo is grey, as only {found.score:.1f} % of the photos are: a model that learns "
        "from colour may miss it.",
    )


@dataset_check(
    "grey_photo",
    title="Grey among colour",
    group="Files",
    severity=Severity.INFO,
    catches="Photos without any colour in a dataset of colour photos.",
    misses="Photos with a tint, such as sepia, and colour photos in a dataset of grey ones.",
    find=_say_grey,
    fit=_fit_grey,
    limit=Limit(10, 0, 100, "%", "Grey photos are unusual when fewer than this are", "below"),
)
def grey_photo(model: list[int], sample: SampleFacts, _options: Options) -> Measurement | None:
    """The share of grey photos in the dataset, in percent, where this one is grey."""
    found = sample.facts.get("grey_photo")
    if found is None or not found.size or not found[0] or not model[1]:
        return None
    return Measurement(100 * model[0] / model[1])
