"""A dataset on disk: its layout, classes, samples, settings and workspace."""

from core.dataset.layouts.layout import AmbiguousLayout, Candidate
from core.dataset.layouts.listing_cache import remember_listing
from core.dataset.model import ClassInfo, Dataset, Sample
from core.dataset.opening import open_dataset

__all__ = [
    "AmbiguousLayout",
    "Candidate",
    "ClassInfo",
    "Dataset",
    "Sample",
    "open_dataset",
    "remember_listing",
]
