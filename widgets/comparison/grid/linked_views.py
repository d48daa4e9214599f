"""Photo, truth, predictions and errors of one sample side by side, zoomed and panned in step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from core.dataset.model import ClassInfo
from core.images import Array
from widgets import theme
from widgets.canvas import ViewTransform
from widgets.comparison.grid.arrangement import Cell, Key, arrange
from widgets.comparison.grid.panel import LinkedView, Panel, PanelKind
from widgets.comparison.layers.error_layer import error_colors, error_word, hatching_colors
from widgets.comparison.layers.sample_layers import SampleLayers

_MASK, _LINES = "mask", "lines"
_NEUTRAL = (PanelKind.TRUTH, PanelKind.PHOTO)
_OF_A_RUN = (PanelKind.PREDICTION, PanelKind.ERRORS)


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run as the views head it: its letter, its name, and its colour (RGB)."""

    letter: str
    name: str
    color: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Shown:
    """The layers of one panel, and what it says where something is missing."""

    indices: Array | None = None
    lines: Array | None = None
    message: str = ""


class LinkedViews(QWidget):
    """Panels that share zoom, pan, cursor, opacity and visibility of the overlays."""

    opened = Signal()
    """The sample is wanted in the editor (a double click)."""
    hovered = Signal(int, int)
    """Column and row of the photo's pixel under the cursor; (-1, -1) for none."""
    opacity_changed = Signal(float)
    overlays_visible_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("LinkedViews")
        self.transform = ViewTransform(self)
        self._classes: Sequence[ClassInfo] = ()
        self._mask_colors: list[theme.Rgba] = [(0, 0, 0, 0)] * 256
        self._runs: list[ShownRun] = []
        self._kinds: set[PanelKind] = set(PanelKind)
        self._panels: dict[Key, Panel] = {}
        self._cells: dict[Key, Cell] = {}
        self._layers: SampleLayers | None = None
        self._truth_name = ""
        self._opacity = 0.45
        self._overlays_visible = True
        self._hatched = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.GRID)
        self.set_runs([])

    # What is shown

    @property
    def runs(self) -> list[ShownRun]:
        """The runs that have panels."""
        return list(self._runs)

    @property
    def layers(self) -> SampleLayers | None:
        """The sample that is shown; None while there is none."""
        return self._layers

    @property
    def panels(self) -> list[Panel]:
        """The panels that are shown."""
        return [self._panels[key] for key in self._cells]

    def panel(self, kind: PanelKind, letter: str = "") -> Panel:
        """One panel, shown or not. Photo and truth belong to no run."""
        return self._panels[kind, letter]

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Take the colours of masks and predictions from those classes."""
        self._classes = classes
        self._mask_colors = theme.class_table(classes, ignore_index=ignore_index)
        self._show_layers()

    def set_truth_name(self, name: str) -> None:
        """Head the panel of the truth with its label set."""
        self._truth_name = name
        self._panels[PanelKind.TRUTH, ""].set_name(name)

    def set_runs(self, runs: Sequence[ShownRun]) -> None:
        """Have a prediction and an error panel for each of those runs, at most two."""
        for panel in self._panels.values():
            self._grid.removeWidget(panel)
            panel.hide()
            panel.deleteLater()
        self._runs = list(runs)
        self._panels = {(kind, ""): Panel(kind, self.transform) for kind in _NEUTRAL}
        for run in self._runs:
            for kind in _OF_A_RUN:
                self._panels[kind, run.letter] = Panel(
                    kind, self.transform, run.letter, run.name, run.color
                )
        for panel in self._panels.values():
            panel.setParent(self)
            self._connect(panel.view)
        self.set_truth_name(self._truth_name)
        self._layers = None
        self._cells = {}
        self._rearrange()
        self._show_layers()

    def set_kinds(self, kinds: Collection[PanelKind]) -> None:
        """Choose which kinds of panels are shown."""
        self._kinds = set(kinds)
        self._rearrange()

    def show_sample(self, layers: SampleLayers, figures: Sequence[str]) -> None:
        """Show a sample; another one than before is fitted into the views.

        Args:
            layers: Its layers; `layers.runs` has one entry per run.
            figures: What the title of each run's prediction says of the sample, one per run.
        """
        is_other = self._layers is None or self._layers.sample != layers.sample
        self._layers = layers
        self.set_figures(figures)
        for run, found in zip(self._runs, layers.runs, strict=True):
            wrong = "" if found.counts is None else f"{found.counts.wrong:,} px wrong"
            self._panels[PanelKind.ERRORS, run.letter].set_figure(wrong)
        if is_other:
            self.transform.fit()
        self._show_layers()
        self._rearrange()

    def set_flags(self, flags: Sequence[str]) -> None:
        """Say beside the title of the truth what the checks found in it."""
        count = "1 flag" if len(flags) == 1 else f"{len(flags)} flags"
        truth = self._panels[PanelKind.TRUTH, ""]
        truth.set_figure(f"⚠ {count}" if flags else "", "\n".join(flags))

    def set_figures(self, figures: Sequence[str]) -> None:
        """Set what the title of each run's prediction says of the sample."""
        for run, figure in zip(self._runs, figures, strict=True):
            self._panels[PanelKind.PREDICTION, run.letter].set_figure(figure)

    def clear(self) -> None:
        """Show no sample."""
        self._layers = None
        for panel in self._panels.values():
            panel.set_figure("")
        self._show_layers()

    # How it is shown

    @property
    def opacity(self) -> float:
        """How strongly the overlays cover the photo, 0 to 1."""
        return self._opacity

    def set_opacity(self, opacity: float) -> None:
        """Set how strongly the overlays cover the photo, 0 to 1, in all panels."""
        opacity = min(max(opacity, 0.0), 1.0)
        if opacity == self._opacity:
            return
        self._opacity = opacity
        for panel in self._panels.values():
            self._apply_opacity(panel.view)
        self.opacity_changed.emit(opacity)

    @property
    def overlays_visible(self) -> bool:
        """Whether anything is shown over the photos."""
        return self._overlays_visible

    def set_overlays_visible(self, visible: bool) -> None:
        """Show or hide the overlays in all panels."""
        if visible == self._overlays_visible:
            return
        self._overlays_visible = visible
        for panel in self._panels.values():
            panel.view.set_overlays_visible(visible)
        self.overlays_visible_changed.emit(visible)

    def set_hatched(self, hatched: bool) -> None:
        """Tell the kinds of error apart by lines, beside their colours."""
        self._hatched = hatched
        for run in self._runs:
            self._panels[PanelKind.ERRORS, run.letter].view.set_layer_visible(_LINES, hatched)

    def fit(self) -> None:
        """Show the whole image in all panels."""
        self.transform.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the panels anew, so that the images are as large as they can be."""
        super().resizeEvent(event)
        self._rearrange()

    def _connect(self, view: LinkedView) -> None:
        view.set_overlays_visible(self._overlays_visible)
        view.opened.connect(self.opened)
        view.hovered.connect(lambda x, y, view=view: self._on_hovered(view, x, y))
        view.overlays_visible_changed.connect(self.set_overlays_visible)
        view.opacity_changed.connect(
            lambda name, opacity, view=view: self._on_opacity(view, name, opacity)
        )

    def _on_hovered(self, source: LinkedView, x: int, y: int) -> None:
        for panel in self._panels.values():
            panel.view.set_cross(None if panel.view is source or x < 0 else (x, y))
        for (kind, letter), panel in self._panels.items():
            panel.set_reading(self._reading(kind, letter, x, y) if x >= 0 else "")
        self.hovered.emit(x, y)

    def _on_opacity(self, view: LinkedView, layer: str, opacity: float) -> None:
        # With Ctrl+wheel a view changes each of its own layers; all views follow the first.
        if layer == _MASK:
            self.set_opacity(opacity)
        else:
            self._apply_opacity(view)

    def _reading(self, kind: PanelKind, letter: str, x: int, y: int) -> str:
        """What a panel shows at a pixel of the photo, in words."""
        indices = self._shown_in(kind, letter).indices
        if self._layers is None or indices is None:
            return ""
        photo = self._panels[PanelKind.PHOTO, ""].view.image_rect
        # A mask of another size than the photo is stretched over it.
        row = min(y * indices.shape[0] // max(photo.height, 1), indices.shape[0] - 1)
        column = min(x * indices.shape[1] // max(photo.width, 1), indices.shape[1] - 1)
        value = int(indices[row, column])
        if kind is PanelKind.ERRORS:
            return error_word(value)
        return self._classes[value].name if value < len(self._classes) else f"value {value}"

    def _apply_opacity(self, view: LinkedView) -> None:
        view.set_layer_opacity(_MASK, self._opacity)
        view.set_layer_opacity(_LINES, self._opacity)

    def _rearrange(self) -> None:
        cells = arrange(
            self.width(),
            self.height(),
            self._kinds,
            [run.letter for run in self._runs],
            self._aspect(),
        )
        if cells == self._cells:
            return
        for panel in self._panels.values():
            self._grid.removeWidget(panel)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        for key, cell in cells.items():
            self._grid.addWidget(self._panels[key], cell.row, cell.column, cell.rows, 1)
            self._grid.setColumnStretch(cell.column, 1)
            for row in range(cell.row, cell.row + cell.rows):
                self._grid.setRowStretch(row, 1)
        self._cells = cells
        for key, panel in self._panels.items():
            panel.setVisible(key in cells)

    def _aspect(self) -> float:
        image = self._panels[PanelKind.TRUTH, ""].view.image_rect
        return image.width / image.height if image.height else 1.0

    def _show_layers(self) -> None:
        for (kind, letter), panel in self._panels.items():
            shown = self._shown_in(kind, letter)
            view = panel.view
            view.set_cross(None)
            view.set_image(None if self._layers is None else self._layers.photo)
            colors = error_colors() if kind is PanelKind.ERRORS else self._mask_colors
            view.set_overlay(_MASK, shown.indices, colors)
            view.set_overlay(_LINES, shown.lines, hatching_colors(), borders=False)
            view.set_layer_visible(_LINES, self._hatched)
            self._apply_opacity(view)
            view.set_message(shown.message)

    def _shown_in(self, kind: PanelKind, letter: str) -> _Shown:
        """What a panel shows of the sample, or says in its place."""
        layers = self._layers
        if layers is None:
            return _Shown()
        if kind is PanelKind.PHOTO:
            return _Shown(message=layers.photo_problem)
        if kind is PanelKind.TRUTH:
            return _Shown(layers.truth, message=layers.truth_problem or layers.photo_problem)
        run = layers.runs[[each.letter for each in self._runs].index(letter)]
        if kind is PanelKind.PREDICTION:
            problem = "" if run.prediction is not None else run.problem
            return _Shown(run.prediction, message=problem or layers.photo_problem)
        problem = run.problem or layers.truth_problem or layers.photo_problem
        return _Shown(run.errors, run.lines, problem)
