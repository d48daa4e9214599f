"""Taking plots and curves away from the Train page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from app.exporting import AskPath, ask_path, write_png
from app.jobs import Jobs
from app.session import Session
from core.files import atomic_write_text
from widgets.plots.export import csv_text
from widgets.plots.run_plots import RunPlots


class Exporting(QObject):
    """Writes the plots as a picture and the curves as a table.

    Args:
        plots: What is taken away.
        session: Gets messages and problems.
        jobs: Writes off the UI thread.
        ask: How the user is asked for a path.
    """

    def __init__(
        self,
        plots: RunPlots,
        session: Session,
        jobs: Jobs,
        parent: QObject | None = None,
        *,
        ask: AskPath = ask_path,
    ) -> None:
        super().__init__(parent)
        self._plots = plots
        self._session = session
        self._jobs = jobs
        self.ask = ask

    def save_picture(self) -> None:
        """Write the plots as a PNG."""
        path = self._path("Save the plots", "png", "Pictures (*.png)")
        if path is not None:
            picture = self._plots.picture().toImage()
            self._write(path, "Saving the plots", lambda: write_png(path, picture))

    def copy_picture(self) -> None:
        """Put a picture of the plots into the clipboard."""
        if self._has_curves():
            QGuiApplication.clipboard().setPixmap(self._plots.picture())
            self._session.message.emit("The picture of the plots is in the clipboard.")

    def save_table(self) -> None:
        """Write the curves in view as CSV."""
        path = self._path("Save the curves", "csv", "Tables (*.csv)")
        if path is not None:
            curves = self._plots.curves_in_view()
            self._write(
                path, "Saving the curves", lambda: atomic_write_text(path, csv_text(curves))
            )

    def _has_curves(self) -> bool:
        if not self._plots.curves_in_view():
            self._session.message.emit("There are no curves yet.")
            return False
        return True

    def _path(self, title: str, suffix: str, files: str) -> Path | None:
        if not self._has_curves():
            return None
        name = "runs" if len(self._plots.runs) > 1 else self._plots.runs[0].title
        name = re.sub(r"[^\w.-]+", "-", name).strip("-") or "run"
        chosen = self.ask(self._plots, title, f"{name}.{suffix}", files)
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix else path.with_suffix(f".{suffix}")

    def _write(self, path: Path, title: str, work: Callable[[], object]) -> None:
        self._jobs.start(
            title,
            lambda _job: work(),
            lambda _none: self._session.message.emit(f"Saved {path}"),
        )
