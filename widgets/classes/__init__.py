"""Dialogs for the classes of a dataset and for how its mask files encode them."""

from widgets.classes.class_editor import ClassEditor
from widgets.classes.coding_dialog import CodingDialog

__all__ = ["ClassEditor", "CodingDialog"]
