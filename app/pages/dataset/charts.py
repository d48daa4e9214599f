"""The panel below the gallery: limits of the checks, and charts that filter."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.jobs import JobHandle, Jobs
from app.session import Session
from core.eda.columns import Eda, collect
from core.qa.checks import CHECKS
from core.qa.scanning.store import ScanStore
from widgets.checks.limits_tab import LimitsTab
from widgets.eda.data import from_eda
from widgets.eda.panel import EdaPanel

LIMITS = "Limits"


class Charts(QObject):
    """Counts what a scan measured, shows it, and turns what is pointed at into samples."""

    samples_chosen = Signal(str, object)
    """What the samples have in common, in words, and the list of their ids."""
    selection_cleared = Signal()
    weights_chosen = Signal(str, object)
    settings_requested = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        self._counting: JobHandle | None = None
        self._eda: Eda | None = None
        self._counted_without: set[str] = set()
        self.panel = EdaPanel(parent)
        self.limits = LimitsTab()
        self.panel.insert_tab(0, LIMITS, self.limits)
        panel, limits, checking = self.panel, self.limits, session.checking
        panel.samples_chosen.connect(self._choose_counted)
        panel.selection_cleared.connect(self.selection_cleared)
        panel.weights_chosen.connect(self.weights_chosen)
        panel.scan_requested.connect(session.rescan)
        limits.samples_chosen.connect(self._choose_scored)
        limits.settings_requested.connect(self.settings_requested)
        limits.limit_changing.connect(checking.try_limit)
        limits.limit_chosen.connect(self._keep_limit)
        limits.check_chosen.connect(lambda _check: self.show_scores())
        session.dataset_changed.connect(self._begin_anew)
        session.label_set_changed.connect(lambda _name: self._begin_anew())
        session.scan_changed.connect(self._on_scan_changed)
        checking.samples_checked.connect(lambda _samples: self._count())
        checking.settings_changed.connect(self._begin_anew)
        checking.flags_changed.connect(self._on_flags_changed)
        session.curation.changed.connect(self._on_curated)

    def show_limit(self, check: str) -> None:
        """Bring a check's scores and its limit to the front."""
        self.limits.choose(check)
        self.panel.show_tab(LIMITS)

    def forget_choice(self) -> None:
        """The choice was cleared elsewhere."""
        self.panel.forget_choice()

    def show_scores(self) -> None:
        """Show the scores of the check that is chosen."""
        table, check = self._session.checking.table, self.limits.current
        if table is None or check is None or check not in [one.id for one in table.checks]:
            self.limits.show_nothing()
            return
        self.limits.show_scores(table.scores_of(check), table.declared_limit(check))

    def _begin_anew(self) -> None:
        table, settings = self._session.checking.table, self._session.checking.settings
        self.limits.set_checks([check for check in CHECKS if settings.is_on(check)])
        self.show_scores()
        self._counting = self._eda = None
        self.panel.show_nothing(can_scan=self._session.dataset is not None)
        if table is not None and table.samples and not self._session.is_scanning:
            self._count()

    def _on_scan_changed(self) -> None:
        if self._session.is_scanning:
            self.panel.show_busy()
        else:
            self.show_scores()
            self._count()

    def _on_flags_changed(self, changed: set[str] | None) -> None:
        """What the last scan found was read, or a limit was moved elsewhere."""
        table, shown = self._session.checking.table, self.limits.threshold.check
        if changed is not None or table is None:
            return
        if shown is None or shown not in table.checks:
            self.show_scores()
            return
        limit = table.declared_limit(shown.id)
        if limit is not None and limit != self.limits.threshold.limit:
            self.limits.threshold.set_limit(limit)

    def _on_curated(self, _changed: object) -> None:
        if self._eda is not None and self._counted_without != set(self._session.excluded):
            self._count()

    def _keep_limit(self, check: str, limit: float) -> None:
        checking = self._session.checking
        checking.apply(checking.settings.with_limit(check, limit))

    def _choose_scored(self, words: str, positions: object) -> None:
        table = self._session.checking.table
        if table is not None:
            places = np.asarray(positions, np.intp).tolist()
            self.samples_chosen.emit(words, [table.ids[place] for place in places])

    def _choose_counted(self, words: str, positions: object) -> None:
        # The charts leave out what training leaves out, so they count places of their own.
        if self._eda is not None:
            self.samples_chosen.emit(words, self._eda.ids_at(np.asarray(positions, np.intp)))

    def _count(self) -> None:
        session = self._session
        dataset, workspace, label_set = session.dataset, session.workspace, session.label_set
        if dataset is None or workspace is None:
            return
        table = session.checking.table
        if table is None or not table.samples:
            self.panel.show_nothing(can_scan=label_set in dataset.label_sets)
            return

        self._counted_without = excluded = set(session.excluded)

        def work(_job: JobHandle) -> Eda:
            facts = ScanStore(workspace).facts(dataset, label_set)
            kept = (each for each in facts if each.sample not in excluded)
            return collect(kept, dataset, label_set)

        def done(eda: Eda) -> None:
            if self._counting is job and session.dataset is not None:
                self._counting = None
                self._eda = eda
                self.panel.set_data(from_eda(eda))

        job = self._jobs.start("Counting for the charts", work, done)
        self._counting = job
