"""The scatter of samples on the Compare page: what it shows, and what is chosen in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from widgets.analysis.lazy import Lazy
from widgets.analysis.panel import AnalysisPanel
from widgets.analysis.report import RunReport
from widgets.comparison.samples.columns import SampleColumns

if TYPE_CHECKING:
    from widgets.analysis.scatter.panel import ScatterPanel


class Scattering(QObject):
    """Keeps what the panel would show until somebody looks at it for the first time.

    Args:
        connect: Connects the panel as all others are.
        parent: Its owner.
    """

    sample_activated = Signal(str)
    """The id of a sample that somebody wants to see."""
    cleared = Signal()
    """Somebody wants all samples again."""

    def __init__(self, connect: Callable[[AnalysisPanel], None], parent: QObject) -> None:
        super().__init__(parent)
        self._connect = connect
        self._columns = SampleColumns([])
        self._reports: Sequence[RunReport] = ()
        self._chosen: tuple[str, Collection[str] | None] = ("", None)
        self._current = ""
        self.place = Lazy(self._make)

    @property
    def panel(self) -> ScatterPanel | None:
        """The panel; None before somebody has looked at it."""
        return self.place.widget

    def show_columns(self, columns: SampleColumns) -> None:
        """Show the figures that the list of samples has."""
        self._columns = columns
        self._show()

    def show_reports(self, reports: Sequence[RunReport]) -> None:
        """Show what is known of the runs."""
        self._reports = reports
        self._show()

    def show_chosen(self, title: str, sample_ids: Collection[str] | None) -> None:
        """Show to which samples the list is narrowed; None for all."""
        self._chosen = title, sample_ids
        if self.panel is not None:
            self.panel.show_chosen(title, sample_ids)

    def show_current(self, sample: str) -> None:
        """Show which sample is looked at."""
        self._current = sample
        if self.panel is not None:
            self.panel.show_current(sample)

    def _show(self) -> None:
        if self.panel is not None:
            self.panel.show_samples(self._columns, self._reports)

    def _make(self) -> ScatterPanel:
        # Here, because loading the plots takes a third of a second that the start has not.
        from widgets.analysis.scatter.panel import ScatterPanel

        panel = ScatterPanel()
        self._connect(panel)
        panel.sample_activated.connect(self.sample_activated)
        panel.cleared.connect(self.cleared)
        panel.show_samples(self._columns, self._reports)
        panel.show_chosen(*self._chosen)
        panel.show_current(self._current)
        return panel
