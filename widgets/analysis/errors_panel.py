"""Kinds of errors with what they cost, and the places of the chosen kind side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.evaluation.analysis import KindSum, TextureSum
from core.evaluation.errors.kinds import ErrorKind
from widgets import theme
from widgets.analysis.cell_table import Cell, CellTable
from widgets.analysis.panel import AnalysisPanel
from widgets.analysis.patch_grid import Patch, PatchGrid
from widgets.analysis.report import RunReport
from widgets.elided_label import ElidedLabel
from widgets.export_button import Rows

LARGEST, SUREST, TEXTURE = "Largest first", "Surest first", "By texture"
_BY_ROOM = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
_ROW_HEIGHT = 24
_TABLE_HEIGHT = 36 + 7 * _ROW_HEIGHT
ORDERS = {
    LARGEST: "The regions with most pixels first",
    SUREST: "Those first of which the run is most sure",
    TEXTURE: "Those that look alike beside each other: grass, carpets, cushions",
}


class ErrorsPanel(AnalysisPanel):
    """A row for each kind. Choosing one lists its samples and shows its places."""

    patches_wanted = Signal(object, str, str)
    """An `ErrorKind`, one of `ORDERS` and a look ("" for all): find the patches, give them back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("kinds of errors", "alert-rhombus-outline", parent)
        self._report: RunReport | None = None
        self._sums: Sequence[KindSum] = ()
        self._kind: ErrorKind | None = None
        self.table = CellTable(
            "Kinds of errors, the most expensive first", whole_rows=True, row_height=_ROW_HEIGHT
        )
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.title = ElidedLabel()
        self.title.setProperty("role", "heading")
        self.order_box = QComboBox()
        for place, (order, tip) in enumerate(ORDERS.items()):
            self.order_box.addItem(order)
            self.order_box.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self.order_box.setToolTip("In which order the places are shown")
        self.order_box.setAccessibleName("Order of the places")
        self.look_box = QComboBox()
        self.look_box.setObjectName("LookBox")
        self.look_box.setToolTip("False alarms that look alike: on which ground the run is misled")
        self.look_box.setAccessibleName("What the false alarms look like")
        self.look_box.setSizeAdjustPolicy(_BY_ROOM)
        self.look_box.setMinimumContentsLength(12)
        self.patches = PatchGrid()
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(self._below())
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_TABLE_HEIGHT, 400])
        self.body.addWidget(splitter, 1)
        self.table.chosen.connect(self._on_chosen)
        self.order_box.activated.connect(lambda _place: self._ask())
        self.look_box.activated.connect(lambda _place: self._on_look())
        self.patches.activated_patch.connect(self._on_patch)
        theme.signals.changed.connect(self._refresh)
        self.show_report(None)

    def _below(self) -> QWidget:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.title, 1)
        line.addWidget(self.look_box, 1)  # of false alarms, in place of the title
        line.addWidget(self.order_box)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addLayout(line)
        column.addWidget(self.patches, 1)
        return below

    @property
    def kind(self) -> ErrorKind | None:
        """The kind whose places are shown."""
        return self._kind

    def show_report(self, report: RunReport | None) -> None:
        """Show a run; None says that there is none."""
        self._report = report
        analysis = report.analysis if report is not None else None
        self._sums = list(analysis.by_kind().values()) if analysis is not None else []
        known = {each.kind for each in self._sums if each.regions}
        if self._kind not in known:
            self._kind = next((each.kind for each in self._sums if each.regions), None)
        self._show_looks()
        self._refresh()
        self._ask()

    @property
    def look(self) -> str:
        """The look of false alarms that was chosen; "" for all of them, and for other kinds."""
        return self.look_box.currentData() or "" if self._kind is ErrorKind.FALSE_ALARM else ""

    def show_patches(self, kind: ErrorKind, look: str, patches: Sequence[Patch]) -> None:
        """Show the places of a kind, unless something else was chosen meanwhile."""
        if kind is self._kind and look == self.look:
            self.patches.set_patches(patches)
            found = next((each.regions for each in self._sums if each.kind is kind), 0)
            if look:
                found = next((len(e.regions) for e in self._textures() if e.name == look), 0)
            shown = f"{len(patches):,} of {found:,}" if len(patches) < found else f"{found:,}"
            self.title.setText(f"{kind.words}: {shown} places")
            if not look:
                self.look_box.setItemText(0, self.title.text())

    def choose_kind(self, kind: ErrorKind) -> None:
        """List the samples with errors of a kind, and show its places."""
        self._on_chosen(kind)

    def shut_down(self) -> None:
        """End the threads that draw patches."""
        self.patches.shut_down()

    def rows(self) -> Rows:
        """A row for each kind."""
        titles = ["kind", "name", "regions", "samples", "pixels", "cost (points of mDice)"]
        found: list[Sequence[object]] = [titles]
        for each in self._sums:
            words = each.kind.value, each.kind.words
            found.append([*words, each.regions, each.samples, each.pixels, each.cost])
        return found

    def _refresh(self) -> None:
        report = self._report
        if report is None or report.analysis is None:
            self.say_why(
                report,
                "No errors found yet",
                "Predict the split: what went wrong is sorted into kinds here.",
            )
            return
        self.show_content()
        total = sum(each.pixels for each in self._sums)
        self.caption.setText(
            f"{total:,} px wrong, in {sum(s.regions for s in self._sums):,} places"
        )
        has_background = report.analysis.background is not None
        titles = [
            Cell("Kind"),
            Cell("Places", "Regions of wrong pixels that belong together", is_number=True),
            Cell("Samples", "Samples with such a place", is_number=True),
            Cell("Pixels", "Wrong pixels", is_number=True),
            Cell(
                "Cost",
                "How many points the pooled mDice would gain were these pixels right",
                is_number=True,
            ),
        ]
        self.table.set_cells(titles, [_line(each, has_background) for each in self._sums])
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _on_chosen(self, kind: ErrorKind) -> None:
        if self._report is None or self._report.analysis is None:
            return
        self._kind = kind
        self._show_looks()
        self._ask()
        self.choose_samples(kind.words.lower(), list(self._report.analysis.samples_with(kind)))

    def _textures(self) -> Sequence[TextureSum]:
        return self._report.textures if self._report is not None else ()

    def _show_looks(self) -> None:
        """Offer the looks of false alarms; the chosen one stays chosen while it is there."""
        before, textures = self.look_box.currentData(), self._textures()
        self.look_box.clear()
        self.look_box.addItem(ErrorKind.FALSE_ALARM.words, "")
        for each in textures:
            places = "1 place" if len(each.regions) == 1 else f"{len(each.regions):,} places"
            self.look_box.addItem(f"{each.name}: {places}, {each.cost:.2f} points", each.name)
        self.look_box.setCurrentIndex(max(self.look_box.findData(before), 0))
        has_looks = self._kind is ErrorKind.FALSE_ALARM and len(textures) > 1
        self.look_box.setVisible(has_looks)
        self.title.setVisible(not has_looks)

    def _on_look(self) -> None:
        self._ask()
        look = self.look
        for each in self._textures():
            if each.name == look:
                samples = dict.fromkeys(found.sample for found in each.regions)
                self.choose_samples(f"false alarms on {look}", list(samples))

    def _ask(self) -> None:
        if self._kind is None:
            self.patches.set_patches(())
            self.title.setText("")
        else:
            self.patches_wanted.emit(self._kind, self.order_box.currentText(), self.look)

    def _on_patch(self, patch: Patch) -> None:
        self.region_activated.emit(patch.sample, patch.region)


def _line(each: KindSum, has_background: bool) -> list[Cell]:
    tip = each.kind.meaning(has_background=has_background)
    if each.regions:
        tip += "\nClick to list the samples and to see the places."
    payload = each.kind if each.regions else None
    cost = "0.00" if abs(each.cost) < 0.005 else f"{each.cost:.2f}".replace("-", "−")
    numbers = (f"{each.regions:,}", f"{each.samples:,}", f"{each.pixels:,}", cost)
    return [
        Cell(each.kind.words, tip, payload=payload),
        *(Cell(number, tip, is_number=True, payload=payload) for number in numbers),
    ]
