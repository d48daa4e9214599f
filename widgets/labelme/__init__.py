"""LabelMe: what came back from it, and how masks go out."""

from widgets.labelme.difference_dialog import Difference, DifferenceDialog
from widgets.labelme.export_dialog import ExportChoice, ExportDialog
from widgets.labelme.import_dialog import ImportChoice, ImportDialog, ImportReport

__all__ = [
    "Difference",
    "DifferenceDialog",
    "ExportChoice",
    "ExportDialog",
    "ImportChoice",
    "ImportDialog",
    "ImportReport",
]
