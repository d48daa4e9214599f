"""What a scan measures of a sample besides its flags, kept as JSON beside them."""

from __future__ import annotations

from typing import Any

from core.qa.view import SampleView


def measure(view: SampleView) -> dict[str, Any]:
    """Measure a sample once, for the checks over the dataset and for filtering by class.

    Returns:
        `counts`: pixels per class index, absent without a mask.
    """
    if view.mask is None:
        return {}
    counts = view.counts[: view.dataset.num_classes]
    return {"counts": [int(count) for count in counts]}
