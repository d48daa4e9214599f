"""The right side of the Compare page: feeds its panels, and brings their wishes to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.comparing.comparison import Comparison
from app.comparing.looking import Looking
from app.comparing.patches import PatchPainter, find_patches
from app.comparing.work import LETTERS
from app.exporting import PanelExports
from app.jobs import Jobs
from app.pages.compare.scattering import Scattering
from app.pages.compare.viewing import RegionMenu
from app.session import Session
from core.evaluation.analysis import Analysis
from core.evaluation.comparing.paired import Difference
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import ErrorRegion
from widgets.analysis.confusion_panel import ConfusionPanel
from widgets.analysis.errors_panel import ErrorsPanel
from widgets.analysis.figures_panel import FiguresPanel
from widgets.analysis.lazy import Lazy
from widgets.analysis.panel import AnalysisPanel
from widgets.analysis.patch_grid import Patch
from widgets.analysis.report import RunReport
from widgets.analysis.run_picker import RunPicker
from widgets.analysis.side import AnalysisSide
from widgets.analysis.slices_panel import SlicesPanel
from widgets.latest_task import LatestTask

SCATTER = "Scatter"
_TABS = (
    ("Figures", "All figures with their intervals, and what a difference is worth"),
    ("Confusion", "What was taken for what, in pixels and in objects"),
    ("Slices", "Small, dark, flagged and other samples, and what they cost"),
    ("Errors", "Kinds of errors, what they cost, and their places side by side"),
    ("Calibration", "Whether the run is as often right as it is sure"),
    (SCATTER, "Samples as points: contrast against Dice, one run against another, and more"),
)

if TYPE_CHECKING:
    from widgets.analysis.calibration_panel import CalibrationPanel

REPAIRS = "Repairs"
_OF_ALL_RUNS = ("Figures", SCATTER, REPAIRS)


@dataclass(frozen=True, slots=True)
class _FoundPatches:
    """Places of a kind (and of a look, if one was asked for), and the analysis they are from."""

    analysis: Analysis
    kind: ErrorKind
    look: str
    patches: list[Patch]


class Analysing(QObject):
    """Fills the panels with what is known of the compared runs.

    Args:
        side: Gets the panels.
        session: What is open.
        jobs: Does the work.
        comparison: The runs and their pixel counts.
        parent: Its owner.
    """

    samples_chosen = Signal(str, list)
    """Which samples somebody wants to see, in words, and their ids."""
    region_activated = Signal(str, str, object)
    """A run's letter, a sample's id and the `ErrorRegion` that somebody wants to see."""

    def __init__(
        self,
        side: AnalysisSide,
        session: Session,
        jobs: Jobs,
        comparison: Comparison,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._comparison, self._side = session, comparison, side
        self._region_menu: RegionMenu | None = None
        self.looking = Looking(session, jobs, comparison, self)
        self.picker = RunPicker()
        self.figures, self.confusion = FiguresPanel(), ConfusionPanel()
        self.slices, self.errors = SlicesPanel(), ErrorsPanel()
        self.calibration = Lazy(self._make_calibration)
        self.exports = PanelExports(session, jobs, self)
        side.add_line(self.picker)
        self.scattering = Scattering(self._connect_panel, self)
        panels: tuple[QWidget, ...] = (self.figures, self.confusion, self.slices, self.errors,
                                       self.calibration, self.scattering.place)  # fmt: skip
        for (title, tooltip), panel in zip(_TABS, panels, strict=True):
            side.add_panel(title, panel, tooltip)
            if isinstance(panel, AnalysisPanel):
                self._connect_panel(panel)
        self._patch_task = LatestTask(self)
        self._patch_task.done.connect(self._on_patches)
        self.errors.patches_wanted.connect(self._find_patches)
        self.errors.patches.menu_wanted.connect(self._on_menu)
        side.tab_changed.connect(lambda _tab: self._show_picker())
        self.picker.chosen.connect(lambda _place: self._show_run())
        self.looking.looked.connect(self.show_reports)
        self.looking.failed.connect(session.problem)
        comparison.found.connect(self._on_found)

    @property
    def reports(self) -> list[RunReport]:
        """What is known of every compared run."""
        dataset, comparison = self._session.dataset, self._comparison
        if dataset is None:
            return []
        insights = self.looking.insights
        found = []
        for place, run in enumerate(comparison.choice.runs):
            assessments = comparison.findings.assessments
            assessment = assessments[place] if place < len(assessments) else None
            insight = insights.of(run.id)
            found.append(
                RunReport(
                    run_id=run.id,
                    letter=LETTERS[place],
                    name=run.name,
                    classes=dataset.classes,
                    evaluation=assessment.evaluation if assessment is not None else None,
                    figures=insight.figures,
                    analysis=insight.analysis,
                    details=insight.details,
                    slices=insight.slices,
                    dark=insight.dark,
                    textures=insight.textures,
                    problem=insight.problem or (assessment.problem if assessment else ""),
                    is_looked_at=self.looking.is_looking,
                )
            )
        return found

    def intervals(self) -> dict[str, tuple[float, float]]:
        """The interval of the mDice of every run of which it is known, by the run's id."""
        found = {}
        for report in self.reports:
            figure = report.figures.of("mDice") if report.figures is not None else None
            if figure is not None and figure.low is not None and figure.high is not None:
                found[report.run_id] = (figure.low, figure.high)
        return found

    def differences(self) -> Mapping[str, Difference]:
        """How much more than the first run each further one has, by the run's id."""
        return self.looking.insights.differences

    def report(self) -> RunReport | None:
        """What is known of the run that the panels show."""
        reports = self.reports
        return reports[self.picker.place] if self.picker.place < len(reports) else None

    def show_reports(self) -> None:
        """Show what is known by now."""
        reports = self.reports
        self.picker.set_runs([(each.run_id, each.letter, each.name) for each in reports])
        self._show_picker()
        insights = self.looking.insights
        if [each.run_id for each in reports] == list(insights.ids):
            self.figures.show_reports(reports, insights.sentences, insights.explanations)
        else:
            self.figures.show_reports(reports)
        self.scattering.show_reports(reports)
        self._show_run()

    def reset(self) -> None:
        """Forget everything, because another dataset is open."""
        self.looking.reset()
        self._patch_task.forget()
        self.show_reports()

    def shut_down(self) -> None:
        """End what goes on in the background."""
        self.looking.shut_down()
        self._patch_task.shut_down()
        self.errors.shut_down()

    def add_panel(self, title: str, panel: AnalysisPanel, tooltip: str) -> None:
        """Put somebody else's panel behind the others; its tab is there while it is not empty."""
        self._side.add_panel(title, panel, tooltip)
        self._side.show_tab(panel, not panel.is_empty)
        panel.emptied.connect(lambda is_empty: self._side.show_tab(panel, not is_empty))
        self._connect_panel(panel)

    def set_region_menu(self, make: RegionMenu) -> None:
        """Say what a right click on a place of errors offers."""
        self._region_menu = make

    def _make_calibration(self) -> CalibrationPanel:
        # Here, because loading the plots takes a third of a second that the start has not.
        from widgets.analysis.calibration_panel import CalibrationPanel

        panel = CalibrationPanel()
        self._connect_panel(panel)
        panel.show_report(self.report())
        return panel

    def _connect_panel(self, panel: AnalysisPanel) -> None:
        panel.samples_chosen.connect(self.samples_chosen)
        panel.region_activated.connect(self._on_region)
        panel.look_wanted.connect(self.looking.look)
        self.exports.serve(panel)

    def _show_picker(self) -> None:
        # Figures stand side by side for all runs, and repairs are of two; the rest is of one.
        is_of_one = self._side.tab not in _OF_ALL_RUNS
        self.picker.setVisible(is_of_one and len(self._comparison.choice.runs) > 1)

    def _on_found(self) -> None:
        self.looking.look()
        self.show_reports()

    def _show_run(self) -> None:
        report = self.report()
        self.confusion.show_report(report)
        self.slices.show_report(report)
        self.errors.show_report(report)
        if self.calibration.widget is not None:
            self.calibration.widget.show_report(report)

    def _on_region(self, sample: str, region: ErrorRegion) -> None:
        self.region_activated.emit(LETTERS[self.picker.place], sample, region)

    def _on_menu(self, patch: Patch, at: QPoint) -> None:
        report = self.report()
        if report is not None and self._region_menu is not None:
            menu = self._region_menu(report.run_id, patch.sample, patch.region)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(at)

    def _find_patches(self, kind: ErrorKind, order: str, look: str) -> None:
        report = self.report()
        if report is None or report.analysis is None:
            return
        analysis = report.analysis

        def work() -> _FoundPatches:
            found = find_patches(report, analysis, kind, order, look)
            return _FoundPatches(analysis, kind, look, found)

        self._patch_task.request(work)

    def _on_patches(self, found: _FoundPatches) -> None:
        analysis, patches = found.analysis, found.patches
        dataset = self._session.dataset
        run = next((each for each in self._comparison.choice.runs if each.id == analysis.run), None)
        if dataset is None or run is None:
            return
        painter = PatchPainter(dataset, run, analysis.label_set, analysis.background, patches)
        self.errors.patches.set_source(painter)
        self.errors.show_patches(found.kind, found.look, patches)
