"""A layout that puts widgets side by side and goes on in the next line where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lays widgets out like words.

    Args:
        parent: The widget it is for.
        spacing: Room between the widgets and between the lines, in px.
    """

    def __init__(self, parent: QWidget | None = None, spacing: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        """Append an item."""
        self._items.append(item)

    def count(self) -> int:
        """The number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at a place; None beyond the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove the item at a place and return it."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It wants no more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Its height follows from its width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the lines at that width."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """All items in one line."""
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self.spacing() * max(len(sizes) - 1, 0)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Room for the widest item."""
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        lines: list[list[tuple[QLayoutItem, QRect]]] = [[]]
        for item in self._shown():
            size = item.sizeHint()
            if lines[-1] and x + size.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + self.spacing(), 0
                lines.append([])
            lines[-1].append((item, QRect(x, y, size.width(), size.height())))
            x += size.width() + self.spacing()
            line = max(line, size.height())
        if move:
            for placed in lines:
                height = max((place.height() for _, place in placed), default=0)
                for item, place in placed:
                    item.setGeometry(place.translated(0, (height - place.height()) // 2))
        return y + line - rect.y()


class FlowBox(QWidget):
    """A widget whose children flow; it is always as high as its width asks for.

    It sets its own height, because splitters and scroll areas do not ask for a height by width.
    """

    def __init__(self, parent: QWidget | None = None, spacing: int = 8) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, spacing)

    def add(self, widget: QWidget) -> None:
        """Append a child. Call `settle` after the last one."""
        self._flow.addWidget(widget)
        # Qt would show it only later, and until then it would count for nothing.
        widget.show()

    def clear(self) -> None:
        """Remove all children."""
        while (item := self._flow.takeAt(0)) is not None:
            child = item.widget()
            if child is not None:
                child.hide()
                child.deleteLater()

    def height_for(self, width: int) -> int:
        """The height that the children need at a width."""
        return self._flow.heightForWidth(width)

    def settle(self) -> None:
        """Take the height that the children need."""
        self._flow.invalidate()
        self.setFixedHeight(self._flow.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need another height."""
        super().resizeEvent(event)
        self.setFixedHeight(self._flow.heightForWidth(self.width()))

    def event(self, event: QEvent) -> bool:
        """Children of another size may need another height."""
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self.setFixedHeight(self._flow.heightForWidth(self.width()))
        return done
