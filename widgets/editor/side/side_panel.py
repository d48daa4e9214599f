"""The right side of the editor: classes, layers, the photo's look, and the sample's flags."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from core.flags import Flag
from widgets.editor.side.class_palette import ClassPalette
from widgets.editor.side.folding_section import FoldingSection
from widgets.editor.side.image_panel import ImagePanel
from widgets.editor.side.layer_panel import LayerPanel
from widgets.editor.side.protection_menu import ProtectionMenu
from widgets.flags import FlagPanel

_MOST_ROWS_HEIGHT = 260
# Px of a scroll bar's width.
_BAR = 12
_LEAST_FLAGS, _MOST_FLAGS = 64, 220
# Px between groups; and how much more than its neighbours the last one takes of what is left.
_BETWEEN, _MOST = 4, 1000


class SidePanel(QWidget):
    """Groups that fold, one below the other; the flags take the room that is left.

    What does not fit scrolls, so that every control can be reached in a low window.
    """

    folds_changed = Signal()
    """A group was folded or unfolded; see `folded`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("EditorSidePanel")
        self.palette_list = ClassPalette()
        self.protection = ProtectionMenu()
        self.layers = LayerPanel()
        self.image = ImagePanel()
        self.flags = _Flags()
        self._palette_scroll = _scroll_area(self.palette_list)
        self.palette_list.rows_changed.connect(self._fit_palette)
        self.palette_list.current_shown.connect(self._bring_into_sight)
        self.sections = {
            section.title: section
            for section in (
                FoldingSection("Classes", self._palette_scroll, self.protection),
                FoldingSection("Layers", self.layers, self.layers.tools),
                FoldingSection("Image", self.image, self.image.reset_button),
                FoldingSection("Flags", self.flags),
            )
        }
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 2, _BAR, 2)
        column.setSpacing(_BETWEEN)
        for title, section in self.sections.items():
            column.addWidget(section, _MOST if title == "Flags" else 0)
            section.folded_changed.connect(self._on_folded)
        column.addStretch(1)
        self._column = column
        self._scroll = _scroll_area(inside)
        self._scroll.verticalScrollBar().rangeChanged.connect(self._make_room_for_bar)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)
        self.image.described.connect(self.sections["Image"].heading.set_detail)
        self.sections["Image"].fold(True)
        self.setMinimumWidth(280)

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Show other classes."""
        self.palette_list.set_classes(classes, ignore_index)

    @property
    def folded(self) -> frozenset[str]:
        """The titles of the groups that are folded."""
        return frozenset(title for title, each in self.sections.items() if each.is_folded)

    def set_folded(self, titles: Collection[str]) -> None:
        """Fold the groups of those titles, and unfold the others."""
        for title, section in self.sections.items():
            section.fold(title in titles)

    def _on_folded(self, _folded: bool) -> None:
        flags = self.sections["Flags"]
        self._column.setStretchFactor(flags, 0 if flags.is_folded else _MOST)
        self.folds_changed.emit()

    def _make_room_for_bar(self, _least: int, most: int) -> None:
        # The bar comes and goes with the flags of a sample: nothing is to move for it.
        self._column.setContentsMargins(8, 2, 0 if most > 0 else _BAR, 2)

    def _fit_palette(self) -> None:
        # A few classes are seen whole, many scroll.
        wanted = self.palette_list.rows_height()
        self._palette_scroll.setFixedHeight(min(wanted, _MOST_ROWS_HEIGHT))

    def _bring_into_sight(self, row: QWidget) -> None:
        # Rows that were just made have no place yet.
        column = self.palette_list.layout()
        if column is not None:
            column.activate()
        self._palette_scroll.ensureWidgetVisible(row, 0, row.height())


class _Flags(FlagPanel):
    """Flags that are seen whole as long as they are few: the panel around them scrolls already."""

    def show_flags(
        self,
        flags: Sequence[Flag],
        *,
        checked: bool = True,
        accepted: Sequence[tuple[Flag, str]] = (),
    ) -> None:
        """Show the flags of a sample."""
        super().show_flags(flags, checked=checked, accepted=accepted)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words wrap at another width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self.rows:
            heights = [max(row.heightForWidth(self.width()), 0) + 4 for row in self.rows]
            self.setMinimumHeight(min(max(sum(heights), _LEAST_FLAGS), _MOST_FLAGS))


def _scroll_area(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area
