"""The middle of the comparison: the linked views with their row of switches and their legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from core.images import Array
from widgets import theme
from widgets.comparison.legend import Legend
from widgets.comparison.linked_views import LinkedViews, ShownRun
from widgets.comparison.sample_layers import LayerFiles, LayerLoader, SampleLayers
from widgets.comparison.view_bar import ViewBar
from widgets.elided_label import ElidedLabel


class ComparisonViewer(QWidget):
    """Shows one sample at a time, read in the background."""

    edit_requested = Signal()
    """The sample shown is wanted in the editor."""
    shown = Signal(str)
    """A sample's id, once all its layers are on screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ComparisonViewer")
        self._classes: Sequence[ClassInfo] = ()
        self._figures: Sequence[str] = ()
        self.bar = ViewBar()
        self.views = LinkedViews()
        self.legend = Legend()
        self.readout = ElidedLabel()
        self.readout.setObjectName("PixelReadout")
        self.readout.setProperty("role", "muted")
        self._loader = LayerLoader(self)

        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(2 * theme.GRID)
        self.legend.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        foot.addWidget(self.legend)
        foot.addWidget(self.readout, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.bar)
        column.addWidget(self.views, 1)
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

    def set_dataset(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Show masks in the colours of those classes."""
        self._classes = classes
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

    def clear(self, message: str = "") -> None:
        """Show no sample, and say why."""
        self._loader.cancel()
        self.bar.set_title("")
        self.bar.edit_button.setEnabled(False)
        self.views.clear(message)
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
        self.views.show_sample(layers, self._figures)
        self.legend.set_counts(
            [run.letter for run in self.views.runs], [run.counts for run in layers.runs]
        )
        self.shown.emit(layers.sample)

    def _on_hatched(self, hatched: bool) -> None:
        self.views.set_hatched(hatched)
        self.legend.set_hatched(hatched)

    def _on_hovered(self, x: int, y: int) -> None:
        layers = self.views.layers
        if x < 0 or layers is None:
            self.readout.setText("")
            return
        size = self._photo_size(layers)
        parts = [f"x {x}, y {y}"]
        if layers.truth is not None:
            parts.append(f"truth {self._class_at(layers.truth, x, y, size)}")
        for run, found in zip(self.views.runs, layers.runs, strict=True):
            if found.prediction is not None:
                parts.append(f"{run.letter} {self._class_at(found.prediction, x, y, size)}")
        self.readout.setText("  ·  ".join(parts))

    def _photo_size(self, layers: SampleLayers) -> tuple[int, int] | None:
        return None if layers.photo is None else (layers.photo.height, layers.photo.width)

    def _class_at(self, mask: Array, x: int, y: int, size: tuple[int, int] | None) -> str:
        height, width = mask.shape
        if size is not None and size != mask.shape:
            # A mask of another size than the photo is stretched over it.
            y, x = y * height // size[0], x * width // size[1]
        if not (0 <= y < height and 0 <= x < width):
            return "–"
        value = int(np.asarray(mask)[y, x])
        return self._classes[value].name if value < len(self._classes) else f"value {value}"
