"""How the layers of all panels are shown: opacity, lines and outlines, the same everywhere."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.comparison.grid.content import ALL_LAYERS, LINES, MASK, OUTLINES
from widgets.comparison.grid.duo_view import layer_names
from widgets.comparison.grid.panel import LinkedView
from widgets.comparison.grid.panel_grid import PanelGrid


class StyledGrid(PanelGrid):
    """A grid whose panels share opacity, visibility of the overlays, lines and outlines."""

    opacity_changed = Signal(float)
    overlays_visible_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opacity = 0.45
        self._overlays_visible = True
        self._hatched = False
        self._outlined = True

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
            self._apply_look(panel.view)
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
        for panel in self._panels.values():
            self._apply_look(panel.view)

    def set_outlined(self, outlined: bool) -> None:
        """Show or hide the outlines of the regions of errors."""
        self._outlined = outlined
        for panel in self._panels.values():
            for name in layer_names(panel.view, OUTLINES):
                panel.view.set_layer_visible(name, outlined)

    def _on_opacity(self, view: LinkedView, layer: str, opacity: float) -> None:
        # With Ctrl+wheel a view changes each of its own layers; all views follow the first.
        if layer in layer_names(view, MASK):
            self.set_opacity(opacity)
        self._apply_look(view)

    def _apply_look(self, view: LinkedView) -> None:
        for layer in ALL_LAYERS:
            for name in layer_names(view, layer):
                view.set_layer_opacity(name, self._opacity)
                view.set_layer_visible(name, self._is_layer_shown(view, layer))

    def _is_layer_shown(self, view: LinkedView, layer: str) -> bool:
        if layer == OUTLINES:
            return self._outlined
        # "Who is right" has its lines always: two colours of runs alone tell nobody which is which.
        is_agreement = view.property("always hatched")
        return bool(layer != LINES or self._hatched or is_agreement)
