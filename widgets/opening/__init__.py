"""Asking how a folder is to be read that can be read in several ways."""

from widgets.opening.layout_dialog import LayoutDialog

__all__ = ["LayoutDialog"]
