"""The middle of the comparison: the linked views with their row of switches and their legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from widgets import theme
from widgets.comparison.grid.linked_views import LinkedViews, ShownRun
from widgets.comparison.layers.sample_layers import LayerFiles, LayerLoader, SampleLayers
from widgets.comparison.legend import Legend
from widgets.comparison.view_bar import ViewBar
from widgets.empty_state import EmptyState


class ComparisonViewer(QWidget):
    """Shows one sample at a time, read in the background."""

    edit_requested = Signal()
    """The sample shown is wanted in the editor."""
    shown = Signal(str)
    """A sample's id, once all its layers are on screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ComparisonViewer")
        self._figures: Sequence[str] = ()
        self._message = ""
        self.bar = ViewBar()
        self.views = LinkedViews()
        self.legend = Legend()
        self._empty = EmptyState("image-off-outline", "")
        self.readout = QLabel()
        self.readout.setObjectName("PixelReadout")
        self.readout.setProperty("role", "muted")
        self._loader = LayerLoader(self)

        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(2 * theme.GRID)
        self.legend.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        foot.addWidget(self.legend)
        foot.addStretch(1)
        foot.addWidget(self.readout)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.bar)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.views)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)

        self._loader.loaded.connect(self._on_loaded)
        self.bar.kinds_changed.connect(lambda: self.views.set_kinds(self.bar.kinds))
        self.bar.opacity_changed.connect(self.views.set_opacity)
        self.bar.overlays_toggled.connect(self.views.set_overlays_visible)
        self.bar.hatched_toggled.connect(self._on_hatched)
        self.bar.fit_clicked.connect(self.views.fit)
        self.bar.edit_clicked.connect(self.edit_requested)
        self.views.opacity_changed.connect(self.bar.set_opacity)
        self.views.overlays_visible_changed.connect(self.bar.overlays_button.setChecked)
        self.views.opened.connect(self.edit_requested)
        self.views.hovered.connect(self._on_hovered)
        self.views.set_kinds(self.bar.kinds)
        self.bar.edit_button.setEnabled(False)

    @property
    def message(self) -> str:
        """Why no sample is shown; "" while one is."""
        return "" if self._stack.currentWidget() is self.views else self._message

    def set_dataset(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Show masks in the colours of those classes."""
        self.views.set_classes(classes, ignore_index)
        self.legend.set_classes(classes)

    def set_runs(self, runs: Sequence[ShownRun]) -> None:
        """Have panels for one run or two."""
        if list(runs) == self.views.runs:
            return
        self._loader.cancel()
        self.views.set_runs(runs)
        self.bar.set_runs(len(runs))
        self.legend.set_counts([run.letter for run in runs], [None] * len(runs))

    def show_sample(
        self,
        files: LayerFiles,
        figures: Sequence[str],
        ahead: Iterable[LayerFiles] = (),
    ) -> None:
        """Show a sample as soon as it is read; until then the one before stays.

        Args:
            files: Where its layers are; one prediction per run.
            figures: What the title of each run's prediction says, one per run.
            ahead: Samples that will probably be asked for next.
        """
        self._figures = figures
        self.bar.edit_button.setEnabled(True)
        self._loader.request(files, ahead)

    def clear(self, message: str = "", remedy: str = "") -> None:
        """Show no sample; say why, and what to do about it."""
        self._loader.cancel()
        self.bar.set_title("")
        self.bar.edit_button.setEnabled(False)
        self.views.clear()
        self._message = message
        self._empty.say(message, remedy)
        self._stack.setCurrentWidget(self._empty)
        self.legend.set_counts(
            [run.letter for run in self.views.runs], [None] * len(self.views.runs)
        )
        self.readout.setText("")

    def forget_files(self) -> None:
        """Read files anew from now on, because some have changed."""
        self._loader.forget()

    def shut_down(self) -> None:
        """End the thread that reads files."""
        self._loader.shut_down()

    def _on_loaded(self, layers: SampleLayers) -> None:
        if len(layers.runs) != len(self.views.runs):
            return  # of the runs before
        self._stack.setCurrentWidget(self.views)
        self.views.show_sample(layers, self._figures)
        self.legend.set_counts(
            [run.letter for run in self.views.runs], [run.counts for run in layers.runs]
        )
        self.shown.emit(layers.sample)

    def _on_hatched(self, hatched: bool) -> None:
        self.views.set_hatched(hatched)
        self.legend.set_hatched(hatched)

    def _on_hovered(self, x: int, y: int) -> None:
        self.readout.setText(f"x {x}, y {y}" if x >= 0 else "")
