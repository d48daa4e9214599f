"""A group of controls under a heading that folds it away."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.editor.side.flat_buttons import ROW_HEIGHT, FlatButton

_ARROW, _GAP = 16, 4


class SectionHeading(FlatButton):
    """An arrow and a title; at the right a few words on what is inside."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(f"Fold_{title}", parent)
        self._detail = ""
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def detail(self) -> str:
        """The words at the right."""
        return self._detail

    def set_detail(self, detail: str) -> None:
        """Show other words at the right."""
        self._detail = detail
        self.update()

    def sizeHint(self) -> QSize:
        """Arrow and title."""
        return QSize(_ARROW + 2 * _GAP + self._metrics().horizontalAdvance(self.text()), ROW_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint arrow, title and detail."""
        painter = QPainter(self)
        self.paint_ground(painter)
        self.paint_icon(painter, "chevron-down" if self.isChecked() else "chevron-right", 0, _ARROW)
        left = _ARROW + _GAP
        title = QRect(left, 0, self.width() - left, self.height())
        painter.save()
        painter.setFont(self._bold())
        painter.setPen(theme.color("text"))
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.restore()
        if self._detail:
            used = left + self._metrics().horizontalAdvance(self.text()) + 2 * _GAP
            room = QRect(used, 0, self.width() - used - _GAP, self.height())
            words = self.fontMetrics().elidedText(
                self._detail, Qt.TextElideMode.ElideRight, room.width()
            )
            painter.setPen(theme.color("muted"))
            painter.drawText(
                room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words
            )

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._bold())


class FoldingSection(QWidget):
    """A heading, and below it what it folds away."""

    folded_changed = Signal(bool)

    def __init__(
        self, title: str, content: QWidget, extra: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """Put `content` under a heading; `extra` stands at the right of it and stays in sight."""
        super().__init__(parent)
        self.title = title
        self.content = content
        self.heading = SectionHeading(title)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        line.addWidget(self.heading, 1)
        if extra is not None:
            line.addWidget(extra)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(content, 1)
        column.addStretch()  # for room that is too much for the content
        self.heading.toggled.connect(self._on_toggled)
        self._explain()

    @property
    def is_folded(self) -> bool:
        """Whether the content is out of sight."""
        return not self.heading.isChecked()

    def fold(self, folded: bool) -> None:
        """Take the content out of sight, or bring it back."""
        self.heading.setChecked(not folded)

    def _on_toggled(self, open_: bool) -> None:
        self.content.setVisible(open_)
        self._explain()
        self.folded_changed.emit(not open_)

    def _explain(self) -> None:
        verb = "Unfold" if self.is_folded else "Fold"
        self.heading.setToolTip(f"{verb} {self.title.lower()}")
        self.heading.setAccessibleName(f"{self.title}, {'folded' if self.is_folded else 'open'}")
