"""What lies under the cursor in panels that show a sample, and the regions of errors in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from core.dataset.model import ClassInfo
from core.evaluation.errors.regions import ErrorRegion
from widgets.comparison.grid.active_region import ActiveRegion, next_region
from widgets.comparison.grid.arrangement import NEUTRAL, Key
from widgets.comparison.grid.content import ShownRun, reading_of
from widgets.comparison.grid.duo_view import SIDES, DuoView
from widgets.comparison.grid.panel import LinkedView, Panel
from widgets.comparison.grid.styled_grid import StyledGrid
from widgets.comparison.layers.region_layer import region_at, region_words
from widgets.comparison.layers.sample_layers import SampleLayers


class PointedGrid(StyledGrid):
    """A grid whose panels read out what is under the cursor, and have regions to click.

    Subclasses set the runs, the pair of them that is held against each other, and the sample.
    """

    hovered = Signal(int, int)
    """Column and row of the photo's pixel under the cursor; (-1, -1) for none."""
    region_activated = Signal(object)
    """The `ActiveRegion` that was clicked or gone to."""
    panel_picture_wanted = Signal(object)
    """The `Panel` that the user wants to take away as a picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: Sequence[ClassInfo] = ()
        self._runs: list[ShownRun] = []
        self._pair = (0, 1)
        self._layers: SampleLayers | None = None
        self._active: ActiveRegion | None = None
        self.region_menu: Callable[[ActiveRegion], QMenu] | None = None

    # The runs that panels show

    @property
    def has_pair(self) -> bool:
        """Whether there are two runs to hold against each other."""
        return len(self._runs) >= 2

    @property
    def pair(self) -> tuple[int, int]:
        """The places of the two runs that are held against each other."""
        return self._pair

    def _pair_letters(self) -> tuple[str, str]:
        if not self.has_pair:
            return "", ""
        first, second = self._pair
        return self._runs[first].letter, self._runs[second].letter

    def _places_of(self, view: LinkedView, letter: str) -> list[int]:
        """The places of the runs that a panel shows."""
        if isinstance(view, DuoView):
            return list(self._pair)
        return [place for place, run in enumerate(self._runs) if run.letter == letter]

    def _place_at(self, view: LinkedView, letter: str, x: int, y: int) -> int | None:
        """The place of the run that a panel shows at a pixel of the photo; None for none."""
        places = self._places_of(view, letter)
        if isinstance(view, DuoView):
            return places[SIDES.index(view.side_at(view.placement.to_view(x + 0.5, y + 0.5)))]
        return places[0] if places else None

    # Regions of errors

    @property
    def active_region(self) -> ActiveRegion | None:
        """The region that is framed; None for none."""
        return self._active

    def show_region(self, letter: str, region: ErrorRegion, *, zoom: bool = True) -> None:
        """Frame a region of a run's errors, and bring it to the middle of all views."""
        if self._layers is None:
            return
        self._active = ActiveRegion(self._layers.sample, letter, region)
        self._frame_active()
        if zoom and self._cells:
            self.panels[0].view.zoom_to(region.box)

    def step_region(self, by: int) -> bool:
        """Go to the next region or the one before, run by run; False when there is none."""
        if self._layers is None:
            return False
        found = next_region([run.letter for run in self._runs], self._layers, self._active, by)
        if found is None:
            return False
        letter, region = found
        self.show_region(letter, region)
        self.region_activated.emit(self._active)
        return True

    # Under the cursor

    def _on_hovered(self, source: LinkedView, at: Key, x: int, y: int) -> None:
        photo = source.image_rect
        for key in self._cells:
            panel = self._panels[key]
            panel.view.set_cross(None if panel.view is source or x < 0 else (x, y))
            place = self._place_at(panel.view, key[1], x, y)
            panel.set_reading(
                reading_of(
                    self._layers, key[0], place, self._classes, (x, y), photo, self._pair_letters()
                )
                if x >= 0
                else ""
            )
        self._hint_at(source, at, x, y)
        self.hovered.emit(x, y)

    def _hint_at(self, view: LinkedView, key: Key, x: int, y: int) -> None:
        """Show that there is a region to click, and which."""
        found = self._region_at(view, key, x, y)
        view.setToolTip(region_words(found[1], self._classes) if found else "")
        if not view.is_panning:
            shape = Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor
            if view.cursor().shape() is not shape:
                view.setCursor(shape)

    def _region_at(
        self, view: LinkedView, key: Key, x: int, y: int
    ) -> tuple[str, ErrorRegion] | None:
        if self._layers is None or x < 0 or key[0] in NEUTRAL:
            return None
        place = self._place_at(view, key[1], x, y)
        if place is None:
            return None
        found = self._layers.runs[place]
        number = region_at(found.labels, found.regions, x, y)
        return (self._runs[place].letter, found.regions[number]) if number >= 0 else None

    def _on_clicked(self, view: LinkedView, key: Key, x: int, y: int) -> None:
        found = self._region_at(view, key, x, y)
        if found is not None:
            self.show_region(*found, zoom=False)
            self.region_activated.emit(self._active)

    def popup_menu(self, panel: Panel, at: QPoint) -> QMenu:
        """Open the menu of a panel, and of the region at a point of the screen."""
        view = panel.view
        key = next(key for key, each in self._panels.items() if each is panel)
        pixel = view.pixel_at(QPointF(view.mapFromGlobal(at)))
        found = None if pixel is None else self._region_at(view, key, *pixel)
        if found is not None and self._layers is not None and self.region_menu is not None:
            self.show_region(*found, zoom=False)
            menu = self.region_menu(ActiveRegion(self._layers.sample, *found))
            menu.addSeparator()
        else:
            menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(
            "Save this panel as a picture (PNG)…", lambda: self.panel_picture_wanted.emit(panel)
        )
        menu.popup(at)
        return menu

    def _frame_active(self) -> None:
        boxes = [self._active.region.box] if self._active is not None else []
        for panel in self._panels.values():
            panel.view.set_boxes(boxes)
