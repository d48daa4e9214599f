"""What repairs gave between two of the runs that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.jobs import JobHandle, Jobs
from app.session import Session
from core.errors import PetsegError
from core.runs.lineage import related
from core.runs.run import Run
from widgets.worklist.effect_panel import EffectPanel

if TYPE_CHECKING:
    from core.evaluation.comparing.repairs_effect import RepairsEffect


class RepairEffects(QObject):
    """Finds out in the background, and fills the panel.

    Args:
        session: What is open.
        jobs: Runs the measuring.
        parent: Its owner.
    """

    def __init__(self, session: Session, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._job: JobHandle | None = None
        self.panel = EffectPanel()

    def forget(self) -> None:
        """Show nothing, and want nothing any more."""
        self._cancel()
        self.panel.forget()

    def find(self, run_ids: Sequence[str], split: str) -> None:
        """Look whether one of these runs was trained again from another, and what that gave."""
        self._cancel()
        dataset, workspace = self._session.dataset, self._session.workspace
        if dataset is None or workspace is None or len(run_ids) < 2:
            self.panel.forget()
            return
        runs = [Run(workspace.runs_dir / run_id) for run_id in run_ids]
        excluded = frozenset(self._session.excluded)

        def work(job: JobHandle) -> RepairsEffect | None:
            from core.evaluation.comparing.repairs_effect import repairs_effect

            pair = related(runs)
            if pair is None:
                return None
            return repairs_effect(
                dataset, *pair, split, exclude=excluded, on_progress=job.progress,
                cancelled=job.cancelled,
            )  # fmt: skip

        def done(effect: RepairsEffect | None) -> None:
            if self._job is job:
                self._job = None
                self.panel.show_effect(effect)

        def failed(error: PetsegError) -> None:
            if self._job is job:
                self._job = None
                self.panel.show_effect(None, str(error))

        job = self._job = self._jobs.start("Looking what repairs gave", work, done, failed)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
