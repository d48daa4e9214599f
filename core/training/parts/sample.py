"""What transforms share: a sample's arrays, and throwing the dice. Loaded only by worker processes.

All chance comes from `numpy.random`'s global functions, so that a sample is the same whenever
numpy was seeded the same, in whatever process it is made.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import numpy as np
import numpy.typing as npt

Results = MutableMapping[str, Any]
"""A sample inside a pipeline: `img` is uint8 H×W×3 (BGR), `gt_seg_map` H×W class indices."""

Pixels = npt.NDArray[Any]


def happens(probability: float) -> bool:
    """Whether something of that probability happens; nothing is drawn for what never does."""
    return probability > 0 and bool(np.random.random_sample() < probability)


def masks_of(results: Results) -> Iterator[str]:
    """The keys of a sample's masks."""
    yield from results.get("seg_fields", ())


def object_pixels(mask: Pixels, background: int, ignore_index: int) -> Pixels:
    """Where a mask shows an object: bool H×W."""
    found: Pixels = (mask != background) & (mask != ignore_index)
    return found
