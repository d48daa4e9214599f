"""The table of runs on screen: ticks, sorting, groups that fold, copying."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeView, QWidget

from core.runs.table.columns import Column, Kind, RunRow, RunTable
from widgets import theme
from widgets.experiments.run_model import ExperimentModel, Index, group_title
from widgets.export_button import picture_of

_NAME_WIDTHS = (168, 300)
_TEXT_WIDTHS = (72, 200)
_PADDING = 28
_TITLE_PADDING = 30
_LOOKED_AT = 200
_ICON = QSize(14, 14)
_KEY = Qt.Key
_OWN_KEYS = (
    _KEY.Key_Return, _KEY.Key_Enter, _KEY.Key_Space, _KEY.Key_Left, _KEY.Key_Right,
    _KEY.Key_Up, _KEY.Key_Down, _KEY.Key_Home, _KEY.Key_End, _KEY.Key_PageUp, _KEY.Key_PageDown,
)  # fmt: skip
_HARMLESS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class RunTree(QTreeView):
    """Runs as a table, in groups or not.

    Space ticks the current run, Return compares the ticked ones, a double click opens one.
    """

    current_changed = Signal(str)
    """The id of another run that is current; "" for none."""
    opened = Signal(str)
    """A run was double-clicked."""
    compare_requested = Signal()
    """Return was pressed."""
    filter_requested = Signal(str)
    """The user wants this added to the filter."""
    hide_requested = Signal(str)
    """The user wants a column hidden, by its id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("RunTree")
        self.setAccessibleName("All runs of the dataset")
        self.run_model = ExperimentModel(self)
        self.setModel(self.run_model)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setIconSize(_ICON)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setRootIsDecorated(False)
        self.setIndentation(16)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_header_menu)
        header.sectionClicked.connect(self._on_header)
        self.doubleClicked.connect(self._on_double_click)
        self._folded: set[str] = set()
        self._is_new = True
        self.collapsed.connect(lambda index: self._on_folded(index, True))
        self.expanded.connect(lambda index: self._on_folded(index, False))

    # What is shown

    @property
    def current(self) -> str:
        """The id of the current run; "" for none."""
        row = self.run_model.row_at(self.currentIndex())
        return "" if row is None else row.id

    def set_content(
        self, table: RunTable, rows: Sequence[RunRow], columns: Sequence[Column], by: str
    ) -> None:
        """Show these runs; the current one stays so, and what was in view stays there."""
        model = self.run_model
        before, current = ([c.id for c in model.columns], bool(model.groups)), self.current
        scrolled = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        has_others = by != "" or bool(model.groups)
        model.set_content(table, rows, columns, by)
        self.setRootIsDecorated(by != "")
        if has_others:
            self._unfold()
        if ([column.id for column in columns], by != "") != before or self._is_new:
            self._is_new = not rows
            self._fit_columns()
            self._show_sorting()
        if current:
            self.choose(current, scroll=False)
        self.verticalScrollBar().setValue(scrolled[0])
        self.horizontalScrollBar().setValue(scrolled[1])

    def choose(self, run_id: str, *, scroll: bool = True) -> None:
        """Make a run the current one, where it is shown."""
        index = self.run_model.index_of(run_id)
        if not index.isValid():
            return
        if index != self.currentIndex():
            self.setCurrentIndex(index)
        if scroll:
            self.scrollTo(index)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which run is current."""
        super().currentChanged(current, previous)
        row = self.run_model.row_at(current)
        self.current_changed.emit("" if row is None else row.id)

    def sort_by(self, column_id: str, descending: bool) -> None:
        """Sort by a column."""
        ids = [column.id for column in self.run_model.columns]
        if column_id not in ids:
            return
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.run_model.sort(ids.index(column_id), order)
        if self.run_model.groups:
            self._unfold()
        self._show_sorting()

    def picture(self) -> QPixmap:
        """The part of the table in view, at twice its size."""
        return picture_of([self])

    # Keys and menus

    def event(self, event: QEvent) -> bool:
        """Take the keys of a table before a shortcut of the page does."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in _OWN_KEYS
            and not event.modifiers() & ~_HARMLESS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, tick and compare."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
            return
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.compare_requested.emit()
            case Qt.Key.Key_Space:
                self._tick_current()
            case _:
                super().keyPressEvent(event)

    def copy_rows(self) -> None:
        """Put the chosen rows into the clipboard, columns separated by tabs."""
        model = self.run_model
        chosen = sorted(
            self.selectionModel().selectedRows(), key=lambda index: self.visualRect(index).top()
        )
        lines = ["\t".join(column.head for column in model.columns)]
        for index in chosen:
            texts = (index.siblingAtColumn(n).data() for n in range(model.columnCount()))
            lines.append("\t".join(str(text or "") for text in texts))
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _tick_current(self) -> None:
        row = self.run_model.row_at(self.currentIndex())
        if row is not None and not row.problem:
            self.run_model.tick(row.id, row.id not in self.run_model.ticked)

    def _on_double_click(self, index: QModelIndex) -> None:
        row = self.run_model.row_at(index)
        if row is None:
            top = index.siblingAtColumn(0)
            self.setExpanded(top, not self.isExpanded(top))
        elif not row.problem:
            self.opened.emit(row.id)

    def _show_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        row = self.run_model.row_at(index)
        menu = QMenu(self)
        if row is not None and not row.problem:
            is_ticked = row.id in self.run_model.ticked
            menu.addAction(
                "Take the tick away" if is_ticked else "Tick to compare",
                lambda: self.run_model.tick(row.id, not is_ticked),
            )
            menu.addAction("Look at its samples", lambda: self.opened.emit(row.id))
            column = self.run_model.columns[index.column()]
            value = row.get(column.id)
            if value is not None and column.kind is not Kind.MOMENT:
                said = value if isinstance(value, str) else f"{value:.10g}"
                said = f'"{said}"' if isinstance(value, str) and '"' not in said else said
                menu.addAction(
                    f"Only runs with {column.title} {column.text(value)}",
                    lambda: self.filter_requested.emit(f"{column.id} = {said}"),
                )
            menu.addSeparator()
        menu.addAction("Copy the chosen rows", self.copy_rows)
        self._pop_up(menu, self.viewport().mapToGlobal(place))

    def _show_header_menu(self, place: QPoint) -> None:
        at = self.header().logicalIndexAt(place)
        if at < 0:
            return
        column = self.run_model.columns[at]
        menu = QMenu(self)
        menu.addAction("Sort upwards", lambda: self.sort_by(column.id, False))
        menu.addAction("Sort downwards", lambda: self.sort_by(column.id, True))
        if at > 0:
            menu.addAction(
                f"Hide {column.title}", lambda: self.hide_requested.emit(column.id)
            )  # fmt: skip
        self._pop_up(menu, self.header().mapToGlobal(place))

    def _pop_up(self, menu: QMenu, place: QPoint) -> None:
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    # Inside

    def _on_header(self, place: int) -> None:
        column = self.run_model.columns[place]
        by, descending = self.run_model.sorting
        # The first click shows the good end: high figures, short times, texts from A.
        first = column.better == "higher" or column.kind is Kind.MOMENT
        self.sort_by(column.id, not descending if by == column.id else first)

    def _show_sorting(self) -> None:
        by, descending = self.run_model.sorting
        ids = [column.id for column in self.run_model.columns]
        at = ids.index(by) if by in ids else -1
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.header().setSortIndicator(at, order)

    def _on_folded(self, index: QModelIndex, is_folded: bool) -> None:
        groups = self.run_model.groups
        if index.row() < len(groups):
            title = groups[index.row()].title
            (self._folded.add if is_folded else self._folded.discard)(title)

    def _unfold(self) -> None:
        folded = set(self._folded)
        for place, group in enumerate(self.run_model.groups):
            index = self.run_model.index(place, 0)
            self.setFirstColumnSpanned(place, QModelIndex(), False)
            self.setExpanded(index, group.title not in folded)

    def _fit_columns(self) -> None:
        bold = QFont(self.font())
        bold.setBold(True)
        metrics = QFontMetrics(bold)
        model, header = self.run_model, self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        rows = model.shown_rows[:_LOOKED_AT]
        for place, column in enumerate(model.columns):
            texts = {model.text_of(row, column) for row in rows}
            if place == 0:
                texts |= {group_title(group) for group in model.groups}
            elif column.is_number:
                texts |= {
                    column.spread_text(found.mean, found.spread)
                    for group in model.groups
                    if (found := group.spreads.get(column.id)) is not None
                }
            widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
            width = widest + _PADDING
            if place == 0:
                width = min(max(width + 48, _NAME_WIDTHS[0]), _NAME_WIDTHS[1])
            else:
                width += 20 if column.id == "state" else 0
                width = min(max(width, _TEXT_WIDTHS[0]), _TEXT_WIDTHS[1])
                width = max(width, metrics.horizontalAdvance(column.head) + _TITLE_PADDING)
            header.resizeSection(place, width)

    def sizeHint(self) -> QSize:
        """A few rows."""
        return QSize(640, 30 + 7 * (self.fontMetrics().height() + theme.GRID))
