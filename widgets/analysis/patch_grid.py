"""Pieces of photos around error regions, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from core.evaluation.errors.regions import ErrorRegion
from widgets import theme
from widgets.gallery.loader import Render, ThumbnailLoader

_Index = QModelIndex | QPersistentModelIndex
PATCH = 80
_SPACING = 6
_KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patch:
    """A region of a sample that is shown as a piece of its photo.

    Attributes:
        sample: The sample's id.
        region: The region.
        words: What its tooltip says.
        key: Names it among all patches of a run.
        look: What its texture is like; "" where that is not told.
    """

    sample: str
    region: ErrorRegion
    words: str
    key: str
    look: str = ""


class _PatchModel(QAbstractListModel):
    def __init__(self, loader: ThumbnailLoader, parent: QObject) -> None:
        super().__init__(parent)
        self._loader = loader
        self.patches: Sequence[Patch] = ()
        self._rows: dict[str, int] = {}
        self._blank = QPixmap(PATCH, PATCH)

    def set_patches(self, patches: Sequence[Patch], *, keep: bool) -> None:
        if not keep:
            self.beginResetModel()
        self.patches = patches
        self._rows = {patch.key: row for row, patch in enumerate(patches)}
        if not keep:
            self.endResetModel()

    def on_ready(self, key: str) -> None:
        row = self._rows.get(key)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.patches)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        patch = self.patches[index.row()]
        match role:
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return patch.words
            case Qt.ItemDataRole.DecorationRole:
                tile = self._loader.tile(patch.key)
                if tile is None or tile.image is None:
                    self._blank.fill(theme.color("sunken"))
                    return self._blank
                return QPixmap.fromImage(tile.image)
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(PATCH + _SPACING, PATCH + _SPACING)
            case _:
                return None


class PatchGrid(QListView):
    """Patches in lines; a click or Enter asks for the place in its sample.

    Pictures are made off the UI thread, of those patches only that are on the screen.
    """

    activated_patch = Signal(object)
    """The `Patch` that somebody wants to see in its sample."""
    menu_wanted = Signal(object, QPoint)
    """A `Patch` and a point of the screen: somebody wants to know what can be done with it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = ThumbnailLoader(self)
        self._model = _PatchModel(self._loader, self)
        self._loader.ready.connect(self._model.on_ready)
        self._is_asking = False
        self.setModel(self._model)
        self.setObjectName("PatchGrid")
        self.setAccessibleName("Errors of the chosen kind, as pieces of the photos")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(PATCH, PATCH))
        self.setSpacing(2)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMinimumHeight(PATCH + 16)
        self.clicked.connect(self._activate)

    @property
    def patches(self) -> Sequence[Patch]:
        """The patches, in the order they are shown."""
        return self._model.patches

    def set_source(self, render: Render | None) -> None:
        """Say how the patch of a key is drawn at a size; called off the UI thread."""
        self._loader.set_size(round(PATCH * self.devicePixelRatioF()))
        # What was drawn stays until it is drawn anew: of the same run little has changed mostly.
        self._loader.set_source(render, forget=render is None)
        self.viewport().update()

    def set_patches(self, patches: Sequence[Patch]) -> None:
        """Show those patches; where they are the same as before, nobody loses their place."""
        is_same = [each.key for each in patches] == [each.key for each in self.patches]
        self._model.set_patches(patches, keep=is_same)
        if not is_same:
            self.scrollToTop()

    def shut_down(self) -> None:
        """End the threads that draw patches."""
        self._loader.shut_down()

    def event(self, event: QEvent) -> bool:
        """Take its keys before a shortcut of the page does."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in _KEYS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space ask for the place."""
        if event.key() in _KEYS[4:]:
            self._activate(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A right click, or the menu key: what can be done with the place?"""
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.viewport().mapToGlobal(self.visualRect(index).center())
            self.menu_wanted.emit(self._model.patches[index.row()], at)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and ask for what is missing on the screen, once for all of it."""
        super().paintEvent(event)
        if not self._is_asking:
            self._is_asking = True
            QTimer.singleShot(0, self, self._ask)

    def _ask(self) -> None:
        self._is_asking = False
        patches = self._model.patches
        if not patches:
            return
        across = max(self.viewport().width() // (PATCH + _SPACING + 4), 1)
        first = max(self.indexAt(QPoint(_SPACING + 4, _SPACING + 4)).row(), 0)
        lines = self.viewport().height() // (PATCH + _SPACING) + 2
        self._loader.want([each.key for each in patches[first : first + across * lines]])

    def _activate(self, index: QModelIndex) -> None:
        if index.isValid():
            self.activated_patch.emit(self._model.patches[index.row()])
