"""What the list of runs asks for, done: with a question first where work would be lost."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.jobs import Jobs
from app.session import Session
from app.training_control import TrainingControl
from core.files import read_bytes
from core.runs.store import Run, RunSummary
from core.runs.tidying import RunContents
from widgets.training.cancel_dialog import CancelDialog
from widgets.training.delete_dialog import DeleteDialog
from widgets.training.run_config_dialog import RunConfigDialog
from widgets.training.run_panel import RunPanel
from widgets.training.words import loses_work, run_title


class RunVerbs(QObject):
    """Connects the list of runs with what does its verbs.

    Args:
        control: Does them.
        panel: The list.
        session: Gets messages.
        jobs: Reads files in the background.
        parent: The page; dialogs belong to it.
    """

    def __init__(
        self,
        control: TrainingControl,
        panel: RunPanel,
        session: Session,
        jobs: Jobs,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._page = parent
        self._control = control
        self._session = session
        self._jobs = jobs
        panel.stop_requested.connect(self._stop)
        panel.pause_requested.connect(self._pause)
        panel.resume_requested.connect(control.resume)
        panel.cancel_requested.connect(self._cancel)
        panel.retry_requested.connect(self._retry)
        panel.compare_requested.connect(session.open_run_requested)
        panel.log_requested.connect(self._open_log)
        panel.folder_requested.connect(self._open_folder)
        panel.config_requested.connect(self._show_config)
        panel.rename_requested.connect(control.rename)
        panel.delete_requested.connect(self._ask_to_delete)
        panel.move_requested.connect(control.move)
        panel.place_requested.connect(control.move_to)
        panel.queue_pause_requested.connect(control.pause_queue)

    def _run(self, run_id: str) -> RunSummary | None:
        snapshot = self._control.snapshot
        return snapshot.find(run_id) if snapshot is not None else None

    def _stop(self, run_id: str) -> None:
        self._control.stop(run_id)
        self._session.message.emit("The run stops after this iteration: it saves and evaluates.")

    def _pause(self, run_id: str) -> None:
        self._control.pause(run_id)
        self._session.message.emit("The run saves after this iteration and makes room.")

    def _cancel(self, run_id: str) -> None:
        run = self._run(run_id)
        if run is None:
            return
        if not loses_work(run):
            self._control.cancel(run_id)
            return
        dialog = CancelDialog(run, self._page)
        dialog.cancel_chosen.connect(self._control.cancel)
        dialog.stop_chosen.connect(self._stop)
        dialog.open()

    def _retry(self, run_id: str) -> None:
        run = self._run(run_id)
        if run is not None and run.suggestion:
            self._control.retry(run_id, run.suggestion)

    def _ask_to_delete(self, run_id: str) -> None:
        def ask(contents: RunContents) -> None:
            run = self._run(run_id)
            if run is not None:
                dialog = DeleteDialog(run, contents, self._page)
                dialog.delete_chosen.connect(self._control.delete)
                dialog.open()

        self._control.weigh(run_id, ask)

    def _show_config(self, run_id: str) -> None:
        path = self._control.files_of(run_id).folder / "config.py"

        def show(text: str) -> None:
            run = self._run(run_id)
            if run is not None:
                RunConfigDialog(run, text, self._page).show()

        if not path.exists():
            self._session.message.emit("The config is written when the run begins.")
            return
        self._jobs.start(
            "Reading the config", lambda _job: read_bytes(path).decode("utf-8", "replace"), show
        )

    def _open_log(self, run_id: str) -> None:
        path = self._files(run_id).log_path
        if not path.exists():
            self._session.message.emit("The worker of this run has not printed anything yet.")
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._session.problem.emit(
                f"No program to show text files was found. The log is {path}"
            )

    def _open_folder(self, run_id: str) -> None:
        folder = self._files(run_id).folder
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            run = self._run(run_id)
            name = run_title(run) if run is not None else run_id
            self._session.problem.emit(
                f"No program to show folders was found. The run {name} is in {folder}"
            )

    def _files(self, run_id: str) -> Run:
        return self._control.files_of(run_id)
