"""Running single checks on single samples."""

from __future__ import annotations

from collections.abc import Iterable

from core.dataset.model import Dataset
from core.qa.checks import CHECKS, files, formats
from core.qa.registry import Finding
from core.qa.view import SampleView

FILE_CHECKS = ("pairs", "unreadable", "size", "class_values", "class_overlap")
FORMAT_CHECKS = ("image_format", "mask_format", "exif_orientation", "huge_image")

assert files is not None
assert formats is not None


def findings(
    dataset: Dataset,
    sample_id: str,
    checks: Iterable[str] = (*FILE_CHECKS, *FORMAT_CHECKS),
    label_set: str = "labels",
) -> dict[str, Finding]:
    """What checks of one sample find in it, at their default limits."""
    view = SampleView(dataset, dataset.sample(sample_id), label_set)
    found = {}
    for name in checks:
        check = CHECKS[name]
        assert check.measure is not None
        measured = check.measure(view, check.default_options())
        if measured is not None and check.is_crossed(measured.score, None):
            limit = check.limit.default if check.limit is not None else 0.0
            found[name] = check.find(measured, limit)
    return found
