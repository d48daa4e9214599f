"""The samples of a comparison as a table: a row per sample, sorted by how wrong the runs are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QPixmap

from core.flags import Flag, FlagBook, Severity, flag_book
from widgets import theme
from widgets.comparison.samples.measures import Measure, Order, ScoredSample, measures, sort_samples

_Index = QModelIndex | QPersistentModelIndex

_BADGE = QSize(16, 16)
_BADGES: Mapping[Severity, tuple[str, str]] = {
    Severity.ERROR: ("alert-octagon", "error"),
    Severity.WARNING: ("alert", "warning"),
    Severity.INFO: ("information-outline", "muted"),
}


class Column(IntEnum):
    """The columns. With one run the last two are absent."""

    PICTURE = 0
    SAMPLE = 1
    A = 2
    B = 3
    DELTA = 4


class SampleModel(QAbstractTableModel):
    """Samples with a figure per run and, for two runs, the difference B − A.

    Changing what a figure is or the order moves rows (`layoutChanged`), new figures of the same
    samples only repaint them; the order then stays, so that nobody loses their place.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = 1
        self._samples: dict[str, ScoredSample] = {}
        self._shown: list[ScoredSample] = []
        self._measure: Measure = measures(())[0]
        self._order = Order.A_WORST
        self._filter = ""
        self._flags = FlagBook()
        self._thumbnail: Callable[[str], QPixmap | None] = lambda _sample: None
        theme.signals.changed.connect(self._on_theme_changed)

    @property
    def measure(self) -> Measure:
        """What the figures are."""
        return self._measure

    @property
    def order(self) -> Order:
        """How the rows are sorted."""
        return self._order

    @property
    def total(self) -> int:
        """Number of samples, those that the filter hides included."""
        return len(self._samples)

    @property
    def ids(self) -> list[str]:
        """The samples shown, top first."""
        return [sample.sample for sample in self._shown]

    def scored(self, sample_id: str) -> ScoredSample | None:
        """A sample's figures; None for a sample that is not in the comparison."""
        return self._samples.get(sample_id)

    def row_of(self, sample_id: str) -> int:
        """The row of a sample; -1 when it is not shown."""
        for row, sample in enumerate(self._shown):
            if sample.sample == sample_id:
                return row
        return -1

    def set_samples(self, samples: Sequence[ScoredSample], runs: int) -> None:
        """Show those samples with that number of runs, 1 or 2.

        Where the samples and the runs are the same as before, the rows keep their order.
        """
        new = {sample.sample: sample for sample in samples}
        if runs == self._runs and new.keys() == self._samples.keys():
            self._samples = new
            self._shown = [new[sample.sample] for sample in self._shown]
            self._repaint()
            return
        self.beginResetModel()
        self._runs = runs
        self._samples = new
        self._shown = self._arranged()
        self.endResetModel()

    def set_measure(self, measure: Measure) -> None:
        """Choose what the figures are; the rows are sorted by it."""
        self._measure = measure
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)
        self._rearrange()
        self._repaint()

    def set_order(self, order: Order) -> None:
        """Choose how the rows are sorted."""
        self._order = order
        self._rearrange()

    def set_filter(self, text: str) -> None:
        """Show only samples whose id contains that text, whatever its case."""
        self._filter = text.strip().lower()
        arranged = self._arranged()
        if arranged == self._shown:
            return
        self.beginResetModel()
        self._shown = arranged
        self.endResetModel()

    def set_thumbnails(self, thumbnail: Callable[[str], QPixmap | None]) -> None:
        """Say where small pictures come from; the view asks only for those it paints."""
        self._thumbnail = thumbnail
        self._repaint()

    def thumbnail_is_ready(self, sample_id: str) -> None:
        """Repaint the picture of a sample."""
        row = self.row_of(sample_id)
        if row >= 0:
            cell = self.index(row, Column.PICTURE)
            self.dataChanged.emit(cell, cell, [Qt.ItemDataRole.DecorationRole])

    def set_flags(
        self, flags: Mapping[str, Sequence[Flag]], changed: Collection[str] | None = None
    ) -> None:
        """Show which samples are flagged; `changed` names those whose flags differ now."""
        self._flags = flag_book(flags)
        if changed is None:
            self._repaint()
            return
        for row, sample in enumerate(self._shown):
            if sample.sample in changed:
                cell = self.index(row, Column.PICTURE)
                self.dataChanged.emit(cell, cell)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of samples shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Three columns for one run, five for two."""
        if parent.isValid():
            return 0
        return len(Column) if self._runs == 2 else Column.B

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What Qt asks of a cell."""
        if not index.isValid():
            return None
        sample, column = self._shown[index.row()], Column(index.column())
        roles = Qt.ItemDataRole
        if role == roles.UserRole:
            return sample.sample
        if role == roles.DisplayRole:
            return self._text(sample, column)
        if role == roles.TextAlignmentRole and column >= Column.A:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == roles.DecorationRole and column is Column.PICTURE:
            return self._picture(sample.sample)
        if role == roles.ToolTipRole:
            return self._tooltip(sample, column)
        if role == roles.AccessibleTextRole and column is Column.PICTURE:
            count = self._flags.count_of(sample.sample)
            return "1 flag" if count == 1 else f"{count or 'no'} flags"
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Column titles, with the unit of the figures."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        column = Column(section)
        roles = Qt.ItemDataRole
        if role == roles.DisplayRole:
            unit = self._measure.unit
            return {
                Column.PICTURE: "",
                Column.SAMPLE: "Sample",
                Column.A: f"A {unit}",
                Column.B: f"B {unit}",
                Column.DELTA: "Δ",
            }[column]
        if role == roles.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column >= Column.A else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == roles.ToolTipRole:
            return {
                Column.PICTURE: "The photo; a badge says that the checks flag the mask",
                Column.SAMPLE: "Click to sort by name",
                Column.A: f"{self._measure.title}, run A. Click to sort.",
                Column.B: f"{self._measure.title}, run B. Click to sort.",
                Column.DELTA: f"{self._measure.title}: B − A. Click to sort.",
            }[column]
        return None

    def _picture(self, sample_id: str) -> QPixmap | None:
        """The photo, with a badge in its corner when the mask is flagged."""
        photo = self._thumbnail(sample_id)
        severity = self._flags.severity_of(sample_id)
        if severity is None:
            return photo
        badge = theme.icon(*_BADGES[severity]).pixmap(_BADGE)
        if photo is None:
            return badge
        picture = QPixmap(photo)
        painter = QPainter(picture)
        size = picture.deviceIndependentSize()
        corner = QPointF(size.width() - _BADGE.width(), size.height() - _BADGE.height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(QRectF(corner, _BADGE).adjusted(-1, -1, 1, 1), 3, 3)
        painter.drawPixmap(corner, badge)
        painter.end()
        return picture

    def _text(self, sample: ScoredSample, column: Column) -> str:
        match column:
            case Column.PICTURE:
                return ""
            case Column.SAMPLE:
                return sample.sample.rsplit("/", 1)[-1]
            case Column.DELTA:
                return self._measure.delta_text(sample.delta(self._measure))
            case _:
                return self._measure.text(sample.value(self._measure, column - Column.A))

    def _tooltip(self, sample: ScoredSample, column: Column) -> str | None:
        match column:
            case Column.PICTURE:
                flags = self._flags.get(sample.sample, ())
                return "\n".join(flag.message for flag in flags) or None
            case Column.SAMPLE:
                return sample.sample
            case Column.A | Column.B:
                score = sample.scores[column - Column.A]
                if score is None:
                    return f"Run {column.name} has no figures for this sample."
                errors = score.errors
                return (
                    f"{errors.missed:,} px missed, {errors.false:,} px false, "
                    f"{errors.wrong_class:,} px of a wrong class"
                )
            case _:
                return None

    def _arranged(self) -> list[ScoredSample]:
        wanted = [each for each in self._samples.values() if self._filter in each.sample.lower()]
        return sort_samples(wanted, self._measure, self._order)

    def _rearrange(self) -> None:
        arranged = self._arranged()
        if [each.sample for each in arranged] == self.ids:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        names = [self._shown[index.row()].sample for index in before]
        self._shown = arranged
        rows = {sample.sample: row for row, sample in enumerate(arranged)}
        self.changePersistentIndexList(
            before,
            [
                self.index(rows[name], index.column())
                for name, index in zip(names, before, strict=True)
            ],
        )
        self.layoutChanged.emit()

    def _repaint(self) -> None:
        if self._shown:
            last = self.index(len(self._shown) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _on_theme_changed(self) -> None:
        self._repaint()
