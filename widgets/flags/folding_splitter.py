"""A splitter whose lower part may need no room for a while."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget


class FoldingSplitter(QSplitter):
    """Two parts, one above the other. While it is folded it keeps the sizes for when it is not.

    Folding does not limit the height of the lower part: that is for the part itself to do.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._kept: list[int] | None = None

    def fold(self, folded: bool) -> None:
        """Keep the sizes of now, or take those again that were kept."""
        kept = self._kept
        if folded and kept is None:
            self._kept = super().sizes()
        elif not folded and kept is not None:
            self._kept = None
            super().setSizes(kept)

    def sizes(self) -> list[int]:
        """The sizes that the parts have while it is not folded."""
        return super().sizes() if self._kept is None else list(self._kept)

    def setSizes(self, sizes: Sequence[int]) -> None:
        """Give the parts their sizes; while it is folded, for later."""
        if self._kept is None:
            super().setSizes(sizes)
        else:
            self._kept = list(sizes)
