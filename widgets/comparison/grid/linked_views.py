"""Photo, truth, predictions and errors of one sample side by side, zoomed and panned in step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from core.dataset.model import ClassInfo
from widgets import theme
from widgets.canvas import ViewTransform
from widgets.comparison.grid.active_region import ActiveRegion
from widgets.comparison.grid.arrangement import Key, arrange
from widgets.comparison.grid.content import (
    ShownRun,
    asked_letters,
    aspect_of,
    mask_colors,
    problem_of,
    show_layers,
)
from widgets.comparison.grid.duo_view import SIDES, DuoView, Share
from widgets.comparison.grid.headings import flags_figure, run_figure
from widgets.comparison.grid.panel import LinkedView, Panel, PanelKind
from widgets.comparison.grid.pointed_grid import PointedGrid
from widgets.comparison.layers.sample_layers import SampleLayers

__all__ = ["ActiveRegion", "LinkedViews", "ShownRun"]

MOST_RUNS = 6


class LinkedViews(PointedGrid):
    """Panels that share zoom, pan, cursor, opacity and visibility of the overlays.

    Two of the runs can share their panels: with a line between them that is dragged, or in turns.
    """

    opened = Signal()
    """The sample is wanted in the editor (a double click)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("LinkedViews")
        self.transform = ViewTransform(self)
        self._mask_colors: list[theme.Rgba] = [(0, 0, 0, 0)] * 256
        self._share: Share | None = None
        self._division = 0.5
        self._kinds: set[PanelKind] = set(PanelKind)
        self._fresh: set[Key] = set()
        self._figures: Sequence[str] = ()
        self._flags: Sequence[str] = ()
        self._truth_name = ""
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

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Take the colours of masks and predictions from those classes."""
        self._classes = classes
        self._mask_colors = mask_colors(classes, ignore_index)
        self._show_layers()

    def set_truth_name(self, name: str) -> None:
        """Head the panel of the truth with its label set."""
        self._truth_name = name
        self._panel_of((PanelKind.TRUTH, "")).set_name(name)

    def set_runs(self, runs: Sequence[ShownRun]) -> None:
        """Have panels for each of those runs, at most six."""
        self._discard(list(self._panels))
        self._fresh.clear()
        self._runs = list(runs[:MOST_RUNS])
        self._layers, self._active = None, None
        if max(self._pair) >= len(self._runs):
            self._pair = (0, 1)
        if not self.has_pair:
            self._share = None
        self._rearrange()

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
        self._layers, self._figures = layers, figures
        if is_other:
            self._active = None
            self.transform.fit()
        self._show_layers()
        self._rearrange()

    def set_flags(self, flags: Sequence[str]) -> None:
        """Say beside the title of the truth what the checks found in it."""
        self._flags = flags
        self._show_figures((PanelKind.TRUTH, ""))

    def set_figures(self, figures: Sequence[str]) -> None:
        """Set what the title of each run's prediction says of the sample."""
        self._figures = figures
        for key in self._cells:
            self._show_figures(key)

    def clear(self) -> None:
        """Show no sample."""
        self._layers, self._figures, self._active = None, (), None
        self._show_layers()

    # Two runs in one panel

    def set_pair(self, first: int, second: int) -> None:
        """Choose the two runs that are held against each other, by their places."""
        if (first, second) == self._pair:
            return
        self._pair = (first, second)
        if self._layers is not None:
            # What is told of the two runs before is not true of these.
            self._layers = replace(self._layers, pair=None)
        self._discard([key for key in self._panels if "|" in key[1]])
        self._fresh &= self._panels.keys()
        self._rearrange()
        self._show_layers()

    @property
    def share(self) -> Share | None:
        """How the two runs share their panels; None while each has its own."""
        return self._share

    def set_share(self, share: Share | None) -> None:
        """Let the two runs share their panels, or give each run its own again."""
        share = share if self.has_pair else None
        if share is self._share:
            return
        self._share = share
        self._rearrange()
        for key in self._cells:
            self._show_share(key)

    @property
    def division(self) -> float:
        """Where the line between the two runs is, 0 at the left to 1 at the right."""
        return self._division

    def set_division(self, division: float) -> None:
        """Move the line between the two runs in all their panels."""
        self._division = min(max(division, 0.0), 1.0)
        for panel in self._panels.values():
            if isinstance(panel.view, DuoView):
                panel.view.set_division(self._division)

    # How it is shown

    def fit(self) -> None:
        """Show the whole image in all panels."""
        self.transform.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the panels anew, so that the images are as large as they can be."""
        super().resizeEvent(event)
        self._rearrange()

    # Panels

    def _make_panel(self, key: Key) -> Panel:
        kind, letter = key
        view = DuoView(self.transform) if "|" in letter else LinkedView(self.transform)
        runs = [run for run in self._runs if run.letter in letter.split("|")]
        panel = Panel(kind, view, letter, " | ".join(run.name for run in runs))
        panel.set_owner(letter, " | ".join(run.name for run in runs), [run.color for run in runs])
        if kind is PanelKind.TRUTH:
            panel.set_name(self._truth_name)
        panel.setParent(self)
        panel.menu_wanted.connect(lambda at: self.popup_menu(panel, at))
        if isinstance(view, DuoView):
            view.set_division(self._division)
            view.divided.connect(self.set_division)
        view.set_overlays_visible(self._overlays_visible)
        view.opened.connect(self.opened)
        view.hovered.connect(lambda x, y: self._on_hovered(view, key, x, y))
        view.clicked.connect(lambda x, y: self._on_clicked(view, key, x, y))
        view.overlays_visible_changed.connect(self.set_overlays_visible)
        view.opacity_changed.connect(lambda name, opacity: self._on_opacity(view, name, opacity))
        return panel

    # Places

    def _rearrange(self) -> None:
        first, second = self._pair_letters()
        is_shared = self._share is not None
        kinds = self._kinds if self.has_pair else self._kinds - {PanelKind.AGREEMENT}
        cells = arrange(
            self.width(),
            self.height(),
            kinds,
            [f"{first}|{second}"] if is_shared else asked_letters(self._runs, self._layers),
            aspect_of(self._layers),
        )
        if cells == self._cells:
            return
        self._place(cells)
        for key in cells:
            self._refresh(key)
        self._show_placed()

    # Content

    def _show_layers(self) -> None:
        """Show the present sample in all panels that are seen; the others follow when they are."""
        self._fresh.clear()
        for key in self._cells:
            self._refresh(key)

    def _refresh(self, key: Key) -> None:
        if key in self._fresh:
            return
        self._fresh.add(key)
        kind, letter = key
        panel = self._panels[key]
        view, layers = panel.view, self._layers
        view.set_cross(None)
        view.set_image(None if layers is None else layers.photo)
        view.setProperty("always hatched", kind is PanelKind.AGREEMENT)
        colors = [self._runs[place].color for place in self._pair] if self.has_pair else []
        places = self._places_of(view, letter)
        show_layers(view, kind, layers, places, self._mask_colors, colors)
        self._apply_look(view)
        view.set_message(problem_of(kind, layers, places))
        view.set_boxes([self._active.region.box] if self._active is not None else [])
        self._show_share(key)

    def _show_share(self, key: Key) -> None:
        """Head a panel with the runs that it shows now."""
        kind, panel = key[0], self._panels[key]
        if isinstance(panel.view, DuoView) and self._share is not None:
            panel.view.set_share(self._share)
            shown = [self._runs[place] for place in self._pair]
            if self._share is not Share.SWIPE:
                shown = [shown[SIDES.index(self._share.value)]]
            panel.set_owner(
                "|".join(run.letter for run in shown),
                " | ".join(run.name for run in shown),
                [run.color for run in shown],
            )
        elif kind is PanelKind.AGREEMENT:
            first, second = self._pair_letters()
            panel.set_name(f"{first} or {second}")
        self._show_figures(key)

    def _show_figures(self, key: Key) -> None:
        kind, letter = key
        panel = self._panel_of(key)
        if kind is PanelKind.TRUTH:
            figure = flags_figure(self._flags)
        else:
            places = self._places_of(panel.view, letter)
            if isinstance(panel.view, DuoView) and panel.view.share is not Share.SWIPE:
                places = [places[SIDES.index(panel.view.share.value)]]
            figure = run_figure(kind, self._layers, places, self._figures)
        panel.set_figure(figure.text, figure.tooltip, short=figure.short)
