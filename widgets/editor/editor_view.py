"""The editor as a whole: the canvas with its panels around it, wired to each other.

It knows masks and classes, and nothing of datasets, files or what is saved.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from core.flags import Flag
from core.images import Array
from core.masks.document import MaskDocument
from core.masks.geometry import Rect, around
from core.masks.protection import Over, Protection
from widgets import theme
from widgets.canvas import MASK_LAYER, ImagePyramid, MaskCanvas
from widgets.editor.filmstrip import Filmstrip
from widgets.editor.notice_bar import NoticeBar
from widgets.editor.option_bar import OptionBar
from widgets.editor.sample_bar import SampleBar
from widgets.editor.side.layer_wiring import LayerWiring
from widgets.editor.side.side_panel import SidePanel
from widgets.editor.tool_column import ToolColumn

_COLUMNS = (900, 288)
# Pixels around a flag's places that are zoomed to with them, to tell what is being looked at.
_CONTEXT = 12


class EditorView(QWidget):
    """Tools at the left, options above, classes, layers and flags at the right, samples below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[ClassInfo, ...] = ()
        self._ignore_index = 255
        self._flags: list[Flag] = []
        self._place: Rect | None = None
        self.canvas = MaskCanvas()
        self.tools = ToolColumn()
        self.options = OptionBar()
        self.notice = NoticeBar()
        self.side = SidePanel()
        self.sample_bar = SampleBar()
        self.filmstrip = Filmstrip()
        self.layer_wiring = LayerWiring(
            self.canvas, self.side.layers, self.side.image, self.sample_bar
        )
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.columns.setObjectName("annotate.columns")
        self._lay_out()
        self._connect()
        self._show_tool()
        self.options.show_brush_size(self.canvas.brush_size)
        self.side.palette_list.show_current(self.canvas.current_class)

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Take over the classes of another dataset."""
        self._classes, self._ignore_index = tuple(classes), ignore_index
        self.side.set_classes(classes, ignore_index)
        self.layer_wiring.set_classes(classes, ignore_index)
        self.side.palette_list.show_current(self.canvas.current_class)

    def show_nothing(self, message: str = "") -> None:
        """Let go of the sample that was shown."""
        self.canvas.set_document(None)
        self.layer_wiring.forget_sample()
        self.side.flags.choose(None)
        self.notice.dismiss()
        self._place = None
        self.canvas.set_message(message)

    def show_image(self, image: ImagePyramid | None, problem: str) -> None:
        """Show a photo, or why there is none."""
        self.canvas.set_message(problem)
        self.canvas.set_image(image)
        self.canvas.fit()

    def edit(self, document: MaskDocument) -> None:
        """Edit a mask over the photo."""
        self.canvas.set_document(document, self._classes, self._ignore_index)
        self.layer_wiring.refresh()

    def show_unfit(self, mask: Array) -> None:
        """Show a mask of another size than the photo, stretched; it cannot be edited."""
        self.canvas.set_overlay(MASK_LAYER, mask, self._table())
        self.layer_wiring.refresh()

    def show_original(self, original: Array | None) -> None:
        """Offer the mask as it was before any change; None when there is none."""
        self.layer_wiring.show_layer("original", original)

    def show_flags(self, flags: Sequence[Flag], *, checked: bool) -> None:
        """Show what the checks say of the sample, and frame the places."""
        self._flags = list(flags)
        self.side.flags.show_flags(flags, checked=checked)
        self._frame_places()

    def show_place(self, box: Sequence[int]) -> None:
        """Go to a place of the sample (left, top, width, height), and frame it until it is left."""
        self._place = Rect(*box)
        self._frame_places()
        self.canvas.zoom_to(self._place.grown(_CONTEXT))

    @property
    def opacity(self) -> float:
        """Opacity of the mask, 0 to 1."""
        return self.side.layers.opacity

    def set_opacity(self, opacity: float) -> None:
        """Set the opacity of the mask, 0 to 1."""
        self.side.layers.set_opacity("mask", opacity)

    def _lay_out(self) -> None:
        middle = QWidget()
        stage = QVBoxLayout(middle)
        stage.setContentsMargins(0, 0, 0, 0)
        stage.setSpacing(0)
        stage.addWidget(self.notice)
        stage.addWidget(self.canvas, 1)
        self.columns.addWidget(middle)
        self.columns.addWidget(self.side)
        self.columns.setStretchFactor(0, 1)
        self.columns.setStretchFactor(1, 0)
        self.columns.setChildrenCollapsible(False)
        self.columns.setSizes(list(_COLUMNS))
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tools)
        row.addWidget(self.columns, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.options)
        column.addLayout(row, 1)
        column.addWidget(self.sample_bar)
        column.addWidget(self.filmstrip)

    def _connect(self) -> None:
        canvas, options, layers = self.canvas, self.options, self.side.layers
        canvas.history_changed.connect(self._show_history)
        canvas.tool_changed.connect(self._on_tool_changed)
        canvas.brush_size_changed.connect(options.show_brush_size)
        canvas.current_class_changed.connect(self.side.palette_list.show_current)
        canvas.before_held.connect(layers.hold_before)
        self.tools.tool_chosen.connect(canvas.set_tool)
        self.tools.fit_clicked.connect(canvas.fit)
        canvas.tool_options_changed.connect(options.refresh_options)
        canvas.protection_changed.connect(self._show_protection)
        canvas.computing.busy_changed.connect(self._show_busy)
        options.brush_size_changed.connect(canvas.set_brush_size)
        options.size_entered.connect(canvas.setFocus)
        options.undo_clicked.connect(canvas.undo)
        options.redo_clicked.connect(canvas.redo)
        self.side.palette_list.class_chosen.connect(canvas.set_current_class)
        self.side.palette_list.locked_changed.connect(self._on_locked)
        self.side.protection.over_chosen.connect(self._on_over_chosen)
        layers.places_toggled.connect(lambda _shown: self._frame_places())
        self.side.flags.flag_chosen.connect(self._on_flag_chosen)

    def _show_tool(self) -> None:
        self.tools.show_tool(self.canvas.tool.id)
        self.options.show_tool(self.canvas.tool)

    def _on_tool_changed(self, _tool: str) -> None:
        self._show_tool()
        # What was said last was about another tool.
        self.canvas.say(self.options.unread_hint)

    def _on_locked(self, locked: frozenset[int]) -> None:
        # Whoever locks a class wants it protected, and need not say so twice.
        over = Over.UNLOCKED if locked else Over.EVERYTHING
        self.canvas.set_protection(Protection(over, locked))

    def _on_over_chosen(self, over: Over) -> None:
        locked = self.side.palette_list.locked
        if over is Over.UNLOCKED and not locked:
            self.canvas.say("Lock a class first: the lock is beside its name.")
        self.canvas.set_protection(Protection(over, locked))

    def _show_protection(self) -> None:
        self.side.protection.show_over(self.canvas.protection.over)

    def _show_busy(self, busy: bool) -> None:
        self.options.show_busy(busy)

    def _show_history(self) -> None:
        document = self.canvas.document
        if document is None:
            self.side.palette_list.show_counts(None)
            self.options.show_history(None, None)
        else:
            self.side.palette_list.show_counts(document.class_counts().tolist())
            self.options.show_history(document.undo_name, document.redo_name)

    def _on_flag_chosen(self, flag: Flag | None) -> None:
        self._frame_places()
        if flag is not None and flag.region:
            self.canvas.zoom_to(around(Rect(*box) for box in flag.region).grown(_CONTEXT))

    def _frame_places(self) -> None:
        chosen = self.side.flags.chosen
        flags = [chosen] if chosen is not None else self._flags
        if not self.side.layers.places_box.isChecked():
            flags = []
        places: list[Sequence[int]] = [box for flag in flags for box in flag.region]
        if self._place is not None:
            places.append(self._place)
        boxes = dict.fromkeys(tuple(box) for box in places)
        self.canvas.set_boxes(boxes)

    def _table(self) -> list[tuple[int, int, int, int]]:
        return theme.class_table(self._classes, ignore_index=self._ignore_index)
