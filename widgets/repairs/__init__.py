"""Looking at a repair before it is made."""

from widgets.repairs.preview import RepairPreview

__all__ = ["RepairPreview"]
