"""What has changed in the data since a run was made, sample by sample."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.runs.provenance import Staleness
from widgets import theme

_ROW_HEIGHT = 28
_HEADINGS = ("Sample", "What has changed")
_GONE = "mask or photo is not there any more"

Index = QModelIndex | QPersistentModelIndex


def stale_rows(stale: Staleness) -> list[tuple[str, str]]:
    """The samples and what is with each, what makes a run stale first."""
    both = set(stale.masks) & set(stale.images)
    changed = dict.fromkeys(stale.images, "photo changed")
    changed |= dict.fromkeys(stale.masks, "mask changed")
    changed |= dict.fromkeys(both, "mask and photo changed")
    return [
        *sorted(changed.items()),
        *((sample, _GONE) for sample in stale.missing),
        *((sample, "changed while the run trained") for sample in stale.midway),
        *((sample, "used by the run, excluded since") for sample in stale.excluded),
        *((sample, "new, not used by the run") for sample in stale.added),
    ]


class StaleDialog(QDialog):
    """Lists the samples, and offers to open one in the editor. Shown with `open`.

    Args:
        run_name: What the run is called.
        stale: What has changed since it was made.
    """

    sample_chosen = Signal(str)
    """The id of a sample to be opened in the editor."""

    def __init__(self, run_name: str, stale: Staleness, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gone = set(stale.missing)
        self.model = _Model(stale_rows(stale), self)
        self.title = QLabel(f"Changed since {run_name} was made")
        self.words = QLabel(_explanation(stale))
        self.table = QTableView()
        self.open_button = QPushButton("Open in the editor (Enter)")
        self.copy_button = QPushButton("Copy the list")
        self.close_button = QPushButton("Close (Esc)")
        self._lay_out()
        self._connect()
        self.table.selectRow(0)

    @property
    def sample(self) -> str:
        """The sample that is chosen; "" for none."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.sample(rows[0]) if rows else ""

    def _lay_out(self) -> None:
        self.setObjectName("StaleDialog")
        self.setWindowTitle("Changed since the run")
        self.resize(560, 480)
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        table = self.table
        table.setObjectName("stale_samples")
        table.setAccessibleName("Samples that have changed")
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.open_button.setObjectName("open_sample")
        self.open_button.setDefault(True)
        self.copy_button.setToolTip("Put samples and changes on the clipboard (Ctrl+C)")
        self.close_button.setToolTip("Close the list (Esc)")
        theme.set_icon(self.open_button, "pencil-outline")
        theme.set_icon(self.copy_button, "content-copy")
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.open_button)
        column = QVBoxLayout(self)
        margin = 2 * theme.GRID
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(theme.GRID)
        column.addWidget(self.title)
        column.addWidget(self.words)
        column.addWidget(table, 1)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.open_button.clicked.connect(self._choose)
        self.table.doubleClicked.connect(lambda _index: self._choose())
        self.copy_button.clicked.connect(self._copy)
        QShortcut(QKeySequence.StandardKey.Copy, self, self._copy)
        self.close_button.clicked.connect(self.reject)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._refresh())
        self.finished.connect(self.deleteLater)
        self._refresh()

    def _refresh(self) -> None:
        is_gone = self.sample in self._gone
        self.open_button.setEnabled(bool(self.sample) and not is_gone)
        self.open_button.setToolTip(
            "There is nothing to open: its mask or photo is gone"
            if is_gone
            else "Show this sample on the Edit page (Enter)"
        )

    def _choose(self) -> None:
        if self.open_button.isEnabled():
            sample = self.sample
            self.accept()
            self.sample_chosen.emit(sample)

    def _copy(self) -> None:
        lines = ["\t".join(row) for row in self.model.rows]
        QGuiApplication.clipboard().setText("\n".join(lines))


class _Model(QAbstractTableModel):
    def __init__(self, rows: Sequence[tuple[str, str]], parent: QObject) -> None:
        super().__init__(parent)
        self.rows = list(rows)

    def sample(self, index: Index) -> str:
        return self.rows[index.row()][0]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(_HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if index.isValid() and role == Qt.ItemDataRole.DisplayRole:
            return self.rows[index.row()][index.column()]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        return None


def _explanation(stale: Staleness) -> str:
    if not stale.is_stale:
        return "All masks and photos that the run used are as they were."
    words = stale.words()
    is_past = bool(stale.masks or stale.images or stale.missing)
    learned = (
        "The model has learned, and its figures were measured, on the files as they were"
        if is_past
        else "The model has learned them as they were and as they are"
    )
    return f"{words[:1].upper()}{words[1:]}. {learned}: train again to use them as they are now."
