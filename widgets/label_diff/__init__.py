"""Two label sets held against each other: what changed most, before and after side by side."""

from widgets.label_diff.view import LabelDiffView

__all__ = ["LabelDiffView"]
