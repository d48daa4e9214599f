"""A repair as it would be: the mask before and after, over the photo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.dataset.model import ClassInfo
from core.errors import PetsegError
from core.images import Array
from core.qa.repairs import Repair
from core.qa.repairs.preview import Preview, compare
from widgets import theme
from widgets.canvas import LayeredView, ViewTransform, marks
from widgets.elided_label import ElidedLabel
from widgets.latest_task import LatestTask
from widgets.repairs.option_fields import OptionFields

Mend = Callable[[Mapping[str, float]], Array]
"""`mend(options)`: the repaired mask. Called off the UI thread; may raise PetsegError."""

_MASK, _CHANGED = "mask", "changed"
# The changes are told by their outline; the fill only hints at them.
_CHANGED_OPACITY = 0.2
# What is shown around a change, as a share of the image's longer side.
_CONTEXT = 1 / 10


class RepairPreview(QDialog):
    """Shows what a repair would change and asks whether to make it. It changes nothing itself.

    Enter repairs the one that is shown, Esc leaves everything as it is, N goes to the next change.
    """

    repair_one = Signal(object)
    """The mask that is shown is to be repaired, with these options (dict by name)."""
    repair_all = Signal(object)
    """All masks with this flag are to be repaired, with these options."""
    preview_shown = Signal()
    """The result of the options as they are set is on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mend: Mend | None = None
        self._before: Array | None = None
        self._preview: Preview | None = None
        self._colors: list[theme.Rgba] = []
        self._similar = 0
        self._place = -1
        self._task = LatestTask(self)
        self._task.done.connect(self._show_result)
        self.transform = ViewTransform(self)
        self.before_view = LayeredView(transform=self.transform)
        self.after_view = LayeredView(transform=self.transform)
        self.options = OptionFields()
        self._title = QLabel()
        self._sample = ElidedLabel()
        self._words = QLabel()
        self._status = QLabel()
        self.next_button = QPushButton("Next change (N)")
        self.one_button = QPushButton("Repair this one (Enter)")
        self.all_button = QPushButton()
        self.cancel_button = QPushButton("Cancel")
        self._lay_out()
        self._connect()

    @property
    def preview(self) -> Preview | None:
        """What is shown; None while it is being computed or cannot be."""
        return self._preview

    @property
    def status(self) -> str:
        """What changes, or why nothing can be shown."""
        return self._status.text()

    def show_repair(
        self,
        repair: Repair,
        mend: Mend,
        *,
        photo: Array | None,
        mask: Array,
        classes: Sequence[ClassInfo],
        ignore_index: int = 255,
        sample: str = "",
        options: Mapping[str, float] | None = None,
        similar: int = 0,
    ) -> None:
        """Show a repair of one mask.

        Args:
            repair: The repair, for its words and options.
            mend: Computes the repaired mask.
            photo: RGB uint8 H×W×3; None without one.
            mask: The mask as it is, uint8 H×W.
            classes: For the colours, ordered by index.
            ignore_index: Shown grey.
            sample: Id of the sample, for the title.
            options: The options to begin with; the repair's defaults for those left out.
            similar: Samples with the same flag, this one included; "all" is offered for 2 and more.
        """
        self.setWindowTitle(f"{repair.title} – {sample}" if sample else repair.title)
        self._title.setText(repair.title)
        self._sample.setText(sample)
        self._words.setText(repair.words)
        self._mend, self._before, self._similar = mend, mask, similar
        self._colors = theme.class_table(classes, ignore_index=ignore_index)
        self.all_button.setText(f"Repair all like this ({similar:,})")
        self.all_button.setVisible(similar > 1)
        values = {**repair.default_options(), **(options or {})}
        self.options.show_options(repair, values, classes)
        self.options.setVisible(bool(repair.options))
        for view in (self.before_view, self.after_view):
            view.set_image(photo)
        self.transform.fit()
        self.after_view.set_overlay(_MASK, None)
        self._show_mask(self.before_view, mask)
        self._request()
        self.one_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def shut_down(self) -> None:
        """Wait for the computation in the background to end."""
        self._task.shut_down()

    def done(self, result: int) -> None:
        """Close, and want no preview any more."""
        self._task.forget()
        super().done(result)

    def show_next_place(self) -> None:
        """Zoom to the next change."""
        preview = self._preview
        if preview is None or not preview.places:
            return
        self._place = (self._place + 1) % len(preview.places)
        x, y, width, height = preview.places[self._place]
        margin = round(max(preview.after.shape) * _CONTEXT)
        self.after_view.zoom_to((x - margin, y - margin, width + 2 * margin, height + 2 * margin))

    def _lay_out(self) -> None:
        self.setObjectName("RepairPreview")
        self.resize(1040, 640)
        self._title.setProperty("role", "title")
        for label in (self._sample, self._words):
            label.setProperty("role", "muted")
        self._words.setWordWrap(True)
        self._status.setObjectName("repair_status")
        self._status.setWordWrap(True)
        self._status.setProperty("role", "heading")
        theme.set_icon(self.next_button, "skip-next")
        theme.set_icon(self.one_button, "check", "accent_text")
        theme.set_icon(self.all_button, "check-all")
        for button, name, tip in (
            (self.next_button, "next_change", "Zoom to the next change (N); 0 shows all again"),
            (self.one_button, "repair_one", "Repair this mask (Enter). It can be undone"),
            (self.all_button, "repair_all",
             "Repair every mask with this flag, with these options. It can be undone as one"),
            (self.cancel_button, "cancel", "Leave everything as it is (Esc)"),
        ):  # fmt: skip
            button.setObjectName(name)
            button.setToolTip(tip)
            button.setAutoDefault(False)
        self.one_button.setProperty("role", "primary")
        self.one_button.setDefault(True)
        head = QHBoxLayout()
        head.setSpacing(theme.GRID * 2)
        head.addWidget(self._title)
        head.addWidget(self._sample, 1)
        views = QHBoxLayout()
        views.setSpacing(theme.GRID)
        views.addLayout(_headed("Before", self.before_view))
        views.addLayout(_headed("After", self.after_view))
        state = QHBoxLayout()
        state.addWidget(self._status, 1)
        state.addWidget(self.next_button)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GRID)
        foot.addWidget(self.all_button)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.one_button)
        line = QFrame()
        line.setProperty("role", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.GRID * 2,) * 4)
        column.setSpacing(theme.GRID)
        column.addLayout(head)
        column.addWidget(self._words)
        column.addWidget(self.options)
        column.addLayout(views, 1)
        column.addLayout(state)
        column.addWidget(line)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.options.changed.connect(self._request)
        self.next_button.clicked.connect(self.show_next_place)
        self.one_button.clicked.connect(lambda: self._decide(self.repair_one))
        self.all_button.clicked.connect(lambda: self._decide(self.repair_all))
        self.cancel_button.clicked.connect(self.reject)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_N), self)
        shortcut.activated.connect(self.show_next_place)
        for view, other in (
            (self.before_view, self.after_view),
            (self.after_view, self.before_view),
        ):
            view.overlays_visible_changed.connect(other.set_overlays_visible)
            view.opacity_changed.connect(partial(self._share_opacity, view, other))

    def _request(self) -> None:
        """Compute the repair anew; until it is shown nothing can be decided."""
        mend, before, options = self._mend, self._before, self.options.values()
        assert mend is not None
        assert before is not None
        self._preview = None
        self._say("Computing…")
        self._task.request(lambda: _compute(mend, before, options))

    def _show_result(self, result: Preview | str) -> None:
        if isinstance(result, str):
            self._say(result, "error")
            self.after_view.set_overlay(_MASK, None)
            self._show_changes(None)
        else:
            self._preview = result
            self._place = -1
            self._say(result.words)
            self._show_mask(self.after_view, result.after)
            self._show_changes(result)
        self.preview_shown.emit()

    def _show_mask(self, view: LayeredView, mask: Array) -> None:
        view.set_overlay(_MASK, mask, self._colors)

    def _show_changes(self, preview: Preview | None) -> None:
        color = marks.HIGHLIGHT
        colors: list[theme.Rgba] = [(0, 0, 0, 0)] * 256
        colors[1] = (color.red(), color.green(), color.blue(), 255)
        changed = preview.changed if preview is not None else None
        # Only before: over the repaired mask the outline would hide what became of small places.
        self.before_view.set_overlay(_CHANGED, changed, colors)
        if changed is not None:
            self.before_view.set_layer_opacity(_CHANGED, _CHANGED_OPACITY)
        for view in (self.before_view, self.after_view):
            view.set_boxes(preview.places if preview is not None else ())

    def _say(self, text: str, role: str = "heading") -> None:
        self._status.setText(text)
        if self._status.property("role") != role:
            self._status.setProperty("role", role)
            self._status.style().unpolish(self._status)
            self._status.style().polish(self._status)
        preview = self._preview
        self.one_button.setEnabled(preview is not None and preview.changed_px > 0)
        self.all_button.setEnabled(preview is not None)
        self.next_button.setVisible(preview is None or bool(preview.places))
        self.next_button.setEnabled(preview is not None)

    def _decide(self, signal: SignalInstance) -> None:
        options = self.options.values()
        self.accept()
        signal.emit(options)

    def _share_opacity(
        self, view: LayeredView, other: LayeredView, name: str, opacity: float
    ) -> None:
        if name == _MASK:
            other.set_layer_opacity(_MASK, opacity)
        elif name == _CHANGED:
            view.set_layer_opacity(_CHANGED, _CHANGED_OPACITY)


def _compute(mend: Mend, before: Array, options: Mapping[str, float]) -> Preview | str:
    """The preview, or why there is none."""
    try:
        return compare(before, mend(options))
    except PetsegError as error:
        return str(error)


def _headed(text: str, view: LayeredView) -> QVBoxLayout:
    heading = QLabel(text)
    heading.setProperty("role", "heading")
    view.setAccessibleName(f"{text} the repair")
    column = QVBoxLayout()
    column.setSpacing(theme.GRID // 2)
    column.addWidget(heading)
    column.addWidget(view, 1)
    return column
