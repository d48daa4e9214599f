"""A dataset on disk: its layout, classes, samples, settings and workspace."""

from typing import TYPE_CHECKING, Any

from core.dataset.model import ClassInfo, Dataset, Sample

if TYPE_CHECKING:
    from core.dataset.layouts.layout import AmbiguousLayout, Candidate
    from core.dataset.layouts.listing_cache import remember_listing
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


def __getattr__(name: str) -> Any:
    """Load what opens datasets only for those who do: a scan's processes start without it."""
    if name == "open_dataset":
        from core.dataset.opening import open_dataset

        return open_dataset
    if name == "remember_listing":
        from core.dataset.layouts.listing_cache import remember_listing

        return remember_listing
    if name in ("AmbiguousLayout", "Candidate"):
        from core.dataset.layouts import layout

        return getattr(layout, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
