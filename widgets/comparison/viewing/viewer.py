"""The middle of the comparison: the linked views with their row of switches and their legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from core.evaluation.errors.regions import ErrorRegion
from widgets import theme
from widgets.comparison.grid.duo_view import DuoView, Share
from widgets.comparison.grid.linked_views import ActiveRegion, LinkedViews, ShownRun
from widgets.comparison.grid.panel import Panel
from widgets.comparison.layers.sample_layers import LayerFiles, LayerLoader, SampleLayers
from widgets.comparison.viewing.blinking import Blinker
from widgets.comparison.viewing.legend import Legend
from widgets.comparison.viewing.picture import picture_with_heading
from widgets.comparison.viewing.view_bar import ViewBar
from widgets.empty_state import EmptyState
from widgets.export_button import ExportButton


class ComparisonViewer(QWidget):
    """Shows one sample at a time, read in the background."""

    edit_requested = Signal()
    """The sample shown is wanted in the editor."""
    appeared = Signal(str)
    """A sample's id, once it can be seen; its regions of errors may follow."""
    shown = Signal(str)
    """A sample's id, once all its layers are on screen."""
    region_activated = Signal(str, object)
    """A sample's id and the `ErrorRegion` in it that was clicked or gone to."""
    pair_changed = Signal(int, int)
    """The user chose two other runs to hold against each other: show the sample again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ComparisonViewer")
        self._figures: Sequence[str] = ()
        self._message = ""
        self._wanted_region: ActiveRegion | None = None
        self.bar = ViewBar()
        self.views = LinkedViews()
        self.legend = Legend()
        self.export_button = ExportButton("grid of samples", self.grid_picture, None)
        self.bar.add_tool(self.export_button)
        self._empty = EmptyState("image-off-outline", "")
        self.readout = QLabel()
        self.readout.setObjectName("PixelReadout")
        self.readout.setProperty("role", "muted")
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.readout.setMinimumWidth(self.fontMetrics().horizontalAdvance("x 8888, y 8888"))
        self._loader = LayerLoader(self)
        self._blinker = Blinker(self)

        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(theme.GRID)
        foot.addWidget(self.legend, 1)
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
        self._connect()
        self._take_kinds()
        self._enable_tools(False)

    def _connect(self) -> None:
        bar, views = self.bar, self.views
        self._loader.loaded.connect(self._on_loaded)
        bar.kinds_changed.connect(self._take_kinds)
        bar.opacity_changed.connect(views.set_opacity)
        bar.overlays_toggled.connect(views.set_overlays_visible)
        bar.hatched_toggled.connect(self._on_hatched)
        bar.outlines_toggled.connect(views.set_outlined)
        bar.swipe_toggled.connect(self._on_swipe)
        bar.blink_toggled.connect(self._on_blink)
        bar.pair_changed.connect(self._on_pair)
        bar.region_clicked.connect(lambda: views.step_region(1))
        bar.fit_clicked.connect(views.fit)
        bar.edit_clicked.connect(self.edit_requested)
        self._blinker.turned.connect(views.set_share)
        views.opacity_changed.connect(bar.set_opacity)
        views.overlays_visible_changed.connect(bar.overlays_button.setChecked)
        views.opened.connect(self.edit_requested)
        views.hovered.connect(self._on_hovered)
        views.region_activated.connect(self._on_region)
        views.panel_picture_wanted.connect(self._on_panel_picture)

    @property
    def message(self) -> str:
        """Why no sample is shown; "" while one is."""
        return "" if self._stack.currentWidget() is self.views else self._message

    @property
    def pair(self) -> tuple[int, int] | None:
        """The places of the two runs that are held against each other; None for fewer runs."""
        return self.views.pair if self.views.has_pair else None

    @property
    def active_region(self) -> ActiveRegion | None:
        """The region of errors that is framed, with the letter of its run; None for none."""
        return self.views.active_region

    @property
    def is_blinking(self) -> bool:
        """Whether two runs are shown in turns."""
        return self._blinker.is_on

    def set_dataset(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Show masks in the colours of those classes."""
        self.views.set_classes(classes, ignore_index)
        self.legend.set_classes(classes)

    def set_runs(self, runs: Sequence[ShownRun]) -> None:
        """Have panels for one to six runs."""
        if list(runs) == self.views.runs:
            return
        self._loader.cancel()
        self.views.set_runs(runs)
        self.bar.set_runs(self.views.runs)
        self.bar.set_pair(*self.views.pair)
        self._show_counts(None)

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
        self._enable_tools(True)
        self._loader.request(files, ahead)

    def is_ready(self, files: LayerFiles) -> bool:
        """Whether a sample would be shown at once, because it is read already."""
        return self._loader.has(files)

    def show_region(self, letter: str, region: ErrorRegion, sample: str = "") -> None:
        """Frame a region of a run's errors and zoom to it, as soon as its sample is shown.

        Args:
            letter: The run's letter.
            region: The region.
            sample: Its sample; "" for the one that is shown.
        """
        layers = self.views.layers
        if layers is not None and sample in ("", layers.sample):
            self._wanted_region = None
            self.views.show_region(letter, region)
        else:
            self._wanted_region = ActiveRegion(sample, letter, region)

    def clear(self, message: str = "", remedy: str = "") -> None:
        """Show no sample; say why, and what to do about it."""
        self._loader.cancel()
        self._wanted_region = None
        self.bar.set_title("")
        self._enable_tools(False)
        self.views.clear()
        self._message = message
        self._empty.say(message, remedy)
        self._stack.setCurrentWidget(self._empty)
        self._show_counts(None)
        self.readout.setText("")

    def forget_files(self) -> None:
        """Read files anew from now on, because some have changed."""
        self._loader.forget()

    def shut_down(self) -> None:
        """End the thread that reads files."""
        self._blinker.stop()
        self._loader.shut_down()

    def toggle_swipe(self) -> None:
        """Put two runs into one panel, and the keys on the line between them; or end that."""
        self.bar.swipe_button.click()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing blinks that nobody sees."""
        super().hideEvent(event)
        self.bar.blink_button.setChecked(False)

    # Pictures

    def grid_picture(self) -> QPixmap:
        """The whole grid with its legend, under the sample's name."""
        return picture_with_heading(self._heading(), [self.views, self.legend])

    def panel_picture(self, panel: Panel) -> QPixmap:
        """One panel with the legend, under the sample's name."""
        return picture_with_heading(self._heading(), [panel, self.legend])

    def _heading(self) -> str:
        layers = self.views.layers
        runs = ", ".join(f"{run.letter} {run.name}" for run in self.views.runs)
        return f"{layers.sample if layers is not None else ''}   {runs}".strip()

    def _on_panel_picture(self, panel: Panel) -> None:
        picture = self.panel_picture(panel).toImage()
        self.export_button.picture_wanted.emit(f"panel {panel.title}", picture)

    # What happens

    def _take_kinds(self) -> None:
        self.views.set_kinds(self.bar.kinds)
        self.legend.set_kinds(self.bar.kinds)

    def _enable_tools(self, is_shown: bool) -> None:
        for button in (self.bar.edit_button, self.bar.region_button, self.export_button):
            button.setEnabled(is_shown)
        if not is_shown:
            self.bar.blink_button.setChecked(False)

    def _on_loaded(self, layers: SampleLayers) -> None:
        if len(layers.runs) != len(self.views.runs):
            return  # of the runs before
        self._stack.setCurrentWidget(self.views)
        self.views.show_sample(layers, self._figures)
        self._show_counts(layers)
        self.appeared.emit(layers.sample)
        if not layers.is_whole:
            return  # it comes again with its regions
        wanted, self._wanted_region = self._wanted_region, None
        if wanted is not None and wanted.sample == layers.sample:
            self.views.show_region(wanted.letter, wanted.region)
        self.shown.emit(layers.sample)

    def _show_counts(self, layers: SampleLayers | None) -> None:
        runs = self.views.runs
        counts = [None] * len(runs) if layers is None else [run.counts for run in layers.runs]
        self.legend.set_counts([run.letter for run in runs], counts)
        if not self.views.has_pair:
            self.legend.set_pair(None, None)
            return
        first, second = (runs[place] for place in self.views.pair)
        found = None if layers is None or layers.pair is None else layers.pair.counts
        self.legend.set_pair((first, second), found)

    def _on_hatched(self, hatched: bool) -> None:
        self.views.set_hatched(hatched)
        self.legend.set_hatched(hatched)

    def _on_swipe(self, is_on: bool) -> None:
        self.views.set_share(Share.SWIPE if is_on else None)
        if is_on:
            self._focus_line()

    def _focus_line(self) -> None:
        for panel in self.views.panels:
            if isinstance(panel.view, DuoView) and panel.view.handle is not None:
                panel.view.handle.setFocus()
                return

    def _on_blink(self, is_on: bool) -> None:
        if is_on:
            self._blinker.start()
        else:
            self._blinker.stop()
            if not self.bar.swipe_button.isChecked():
                self.views.set_share(None)

    def _on_pair(self, first: int, second: int) -> None:
        self.views.set_pair(first, second)
        self._show_counts(None)
        self.pair_changed.emit(first, second)

    def _on_region(self, active: ActiveRegion) -> None:
        self.region_activated.emit(active.sample, active.region)

    def _on_hovered(self, x: int, y: int) -> None:
        self.readout.setText(f"x {x}, y {y}" if x >= 0 else "")
