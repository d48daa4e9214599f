"""A dataset on disk: its layout, classes, samples, settings and workspace."""

from core.dataset.model import ClassInfo, Dataset, Sample
from core.dataset.opening import open_dataset

__all__ = ["ClassInfo", "Dataset", "Sample", "open_dataset"]
