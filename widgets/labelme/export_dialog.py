"""How masks go out as LabelMe files: as masks, or as polygons with what they lose told before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.dataset.model import ClassInfo
from core.interop.labelme.exporting import ExportLoss
from core.interop.labelme.writing import ShapeKind
from widgets import theme

_TYPING_MS = 300
_COLUMNS = ("Class", "IoU %", "Least %", "in", "Holes filled", "Pieces lost", "Masks")
_NOTICEABLE = 0.98
_WIDTH = 720
_HEIGHT_WITH_TABLE = 400


@dataclass(frozen=True)
class ExportChoice:
    """What is to be exported, and how.

    Attributes:
        scope: Which samples: the place in the list that `show_scopes` was given.
        kind: As masks or as polygons.
        tolerance: How far polygons may be from the outline, in pixels.
        overwrite: Replace files that are there already.
    """

    scope: int
    kind: ShapeKind
    tolerance: float
    overwrite: bool


class ExportDialog(QDialog):
    """Asks how to export. Polygons can be chosen once it is shown what they lose."""

    loss_wanted = Signal(object)
    """An ExportChoice: somebody is to work out what it loses and call `show_loss`."""
    chosen = Signal(object)
    """The ExportChoice to export with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name: Callable[[int], str] = str
        self._known: ExportChoice | None = None
        self.scope_box = QComboBox()
        self.kind_box = QComboBox()
        self.tolerance_box = QDoubleSpinBox()
        self.overwrite_box = QCheckBox("Replace files that are there already")
        self.table = QTableWidget(0, len(_COLUMNS))
        self._simplify = QLabel("Simplify by")
        self._state = QLabel()
        self.cancel_button = QPushButton("Cancel")
        self.export_button = QPushButton("Choose a folder…")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._lay_out()
        self._connect()
        self._on_changed()

    @property
    def choice(self) -> ExportChoice:
        """What is chosen now."""
        kind = ShapeKind(self.kind_box.currentData())
        return ExportChoice(
            max(self.scope_box.currentIndex(), 0),
            kind,
            self.tolerance_box.value() if kind is ShapeKind.POLYGONS else 0.0,
            self.overwrite_box.isChecked(),
        )

    @property
    def state(self) -> str:
        """What is said of the loss."""
        return self._state.text()

    def show_scopes(self, scopes: Sequence[str]) -> None:
        """Offer sets of samples to export, such as "The sample that is shown"."""
        self.scope_box.clear()
        self.scope_box.addItems(list(scopes))

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Call the mask values by those classes."""
        names = {info.index: info.name for info in classes}
        names.setdefault(ignore_index, "ignored")
        self._name = lambda value: names.get(value, f"value {value}")

    def show_loss(self, choice: ExportChoice, losses: Sequence[ExportLoss]) -> None:
        """Show what a choice loses; one that is no longer chosen is passed over."""
        if _of_loss(choice) != _of_loss(self.choice):
            return
        self._known = choice
        self.table.setRowCount(len(losses))
        for row, loss in enumerate(losses):
            values = (
                self._name(loss.value),
                f"{100 * loss.iou:.2f}",
                f"{100 * loss.worst_iou:.2f}",
                loss.worst_sample,
                f"{loss.holes:,}",
                f"{loss.lost_pieces:,}",
                f"{loss.masks:,}",
            )
            for column, text in enumerate(values):
                item = QTableWidgetItem(text)
                if column not in (0, 3):
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(row, column, item)
        self._say(*_summary(losses))
        self._refresh()

    def show_progress(self, done: int, total: int) -> None:
        """Say how far working out the loss is."""
        if self._needs_loss:
            self._say(f"Working out what polygons lose: {done:,} of {total:,}", "muted")

    @property
    def _needs_loss(self) -> bool:
        choice = self.choice
        known = self._known is not None and _of_loss(self._known) == _of_loss(choice)
        return choice.kind is ShapeKind.POLYGONS and not known

    def _lay_out(self) -> None:
        self.setObjectName("LabelMeExport")
        self.setWindowTitle("Export to LabelMe files")
        self.setMinimumWidth(_WIDTH)
        title = QLabel("Export to LabelMe files")
        title.setProperty("role", "title")
        self.scope_box.setAccessibleName("Which samples")
        self.scope_box.setToolTip("Whose masks are exported")
        self.kind_box.addItem("Masks (recommended): nothing is lost", ShapeKind.MASKS)
        self.kind_box.addItem("Polygons: outlines without holes", ShapeKind.POLYGONS)
        self.kind_box.setAccessibleName("As what")
        self.kind_box.setToolTip(
            "With masks holes, specks and ignored pixels come back as they are; polygons can be "
            "pulled about in LabelMe"
        )
        self.tolerance_box.setRange(0.0, 20.0)
        self.tolerance_box.setSingleStep(0.5)
        self.tolerance_box.setDecimals(1)
        self.tolerance_box.setSuffix(" px")
        self.tolerance_box.setSpecialValueText("exact")
        self.tolerance_box.setAccessibleName("Simplify by")
        self.tolerance_box.setToolTip(
            "How far the polygon may be from the outline: more leaves fewer points to pull"
        )
        self.overwrite_box.setToolTip("Else samples whose file is there already are left out")
        self.table.setHorizontalHeaderLabels(list(_COLUMNS))
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setAccessibleName("What polygons lose")
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self._state.setWordWrap(True)
        self.cancel_button.setToolTip("Write nothing (Esc)")
        self.export_button.setToolTip("Choose where to write the files, then write them (Enter)")
        self.export_button.setProperty("role", "primary")
        self.export_button.setDefault(True)
        self.cancel_button.setAutoDefault(False)
        what = QHBoxLayout()
        what.setSpacing(theme.GRID)
        what.addWidget(self.kind_box, 1)
        what.addWidget(self._simplify)
        what.addWidget(self.tolerance_box)
        form = QFormLayout()
        form.setSpacing(theme.GRID)
        form.addRow("Masks of", self.scope_box)
        form.addRow("As", what)
        line = QFrame()
        line.setProperty("role", "line")
        foot = QHBoxLayout()
        foot.setSpacing(theme.GRID)
        foot.addWidget(self.overwrite_box)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(2 * theme.GRID,) * 4)
        column.setSpacing(theme.GRID)
        column.addWidget(title)
        column.addLayout(form)
        column.addWidget(self._state)
        column.addWidget(self.table, 1)
        column.addWidget(line)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.kind_box.currentIndexChanged.connect(self._on_changed)
        self.scope_box.currentIndexChanged.connect(self._on_changed)
        self.tolerance_box.valueChanged.connect(self._on_changed)
        self._typing.timeout.connect(self._ask)
        self.cancel_button.clicked.connect(self.reject)
        self.export_button.clicked.connect(self._on_export)

    def _on_changed(self) -> None:
        if self._needs_loss:
            self._say("Working out what polygons lose…", "muted")
            self._typing.start()
        elif self.choice.kind is ShapeKind.MASKS:
            self._say("Nothing is lost: every pixel comes back as it is.", "ok")
        self._refresh()

    def _ask(self) -> None:
        if self._needs_loss:
            self.loss_wanted.emit(self.choice)

    def _refresh(self) -> None:
        polygons = self.choice.kind is ShapeKind.POLYGONS
        self._simplify.setVisible(polygons)
        self.tolerance_box.setVisible(polygons)
        self.table.setVisible(polygons and self.table.rowCount() > 0)
        self.table.setEnabled(not self._needs_loss)
        if not self.table.isVisibleTo(self):
            self.resize(self.width(), self.sizeHint().height())
        else:
            self.resize(self.width(), max(self.height(), _HEIGHT_WITH_TABLE))
        self.export_button.setEnabled(not self._needs_loss)

    def _on_export(self) -> None:
        choice = self.choice
        self.accept()
        self.chosen.emit(choice)

    def _say(self, text: str, role: str) -> None:
        self._state.setText(text)
        if self._state.property("role") != role:
            self._state.setProperty("role", role)
            self._state.style().unpolish(self._state)
            self._state.style().polish(self._state)


def _of_loss(choice: ExportChoice) -> tuple[int, ShapeKind, float]:
    """What the loss depends on."""
    return choice.scope, choice.kind, choice.tolerance


def _summary(losses: Sequence[ExportLoss]) -> tuple[str, str]:
    """What is lost in a sentence, and in which colour to say it."""
    if not losses:
        return "There is nothing but background in these masks.", "muted"
    worst = losses[0]
    if worst.iou == 1.0:
        return "These masks lose nothing as polygons.", "ok"
    holes = sum(loss.holes for loss in losses)
    pieces = sum(loss.lost_pieces for loss in losses)
    text = f"As polygons these masks keep an IoU of {100 * worst.iou:.2f} % or more per class."
    if holes:
        text += f" {holes:,} {'hole is' if holes == 1 else 'holes are'} filled."
    if pieces:
        text += f" {pieces:,} {'piece is' if pieces == 1 else 'pieces are'} lost."
    return text, "warning" if worst.iou < _NOTICEABLE or holes or pieces else "muted"
