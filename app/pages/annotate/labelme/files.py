"""Label sets as LabelMe files and back, asked for in the editor and done in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from app.actions import Action
from app.jobs import JobHandle
from app.pages.annotate.desk import Desk
from core.dataset import Sample
from core.interop.conversion import Conversion
from core.interop.label_sets import require_label_set_name
from core.interop.labelme.exporting import Export, ExportLoss, export_loss, export_masks
from core.interop.labelme.importing import (
    DEFAULT_LABEL_SET,
    import_files,
    label_files,
)
from widgets.editor.notice_bar import NoticeBar
from widgets.flags.severity import counted
from widgets.labelme import ExportChoice, ExportDialog, ImportChoice, ImportDialog, ImportReport


def ask_for_folder(parent: QWidget, title: str) -> str:
    """Let the user choose a folder; "" for none."""
    return QFileDialog.getExistingDirectory(parent, title)


def ask_for_file(parent: QWidget, title: str) -> str:
    """Let the user choose a LabelMe file; "" for none."""
    return QFileDialog.getOpenFileName(parent, title, "", "LabelMe files (*.json)")[0]


class LabelMeFiles(QObject):
    """Exports and imports LabelMe files.

    Args:
        desk: What it works with.
        bar: Where it says what can be done with a new label set.
        parent: Owner.
    """

    def __init__(self, desk: Desk, bar: NoticeBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._bar = bar
        self._loss_job: JobHandle | None = None
        self.dialog: QDialog | None = None
        self.ask_for_folder: Callable[[QWidget, str], str] = ask_for_folder
        self.ask_for_file: Callable[[QWidget, str], str] = ask_for_file

    def actions(self, group: str) -> list[Action]:
        """Export and import."""
        return [
            Action("annotate.labelme_export", "Export to LabelMe files…", self.show_export,
                   (), "export", group),
            Action("annotate.labelme_import", "Import LabelMe files…", self.show_import,
                   (), "import", group),
        ]  # fmt: skip

    def shut_down(self) -> None:
        """Close what is open."""
        self._end_loss()
        if self.dialog is not None and shiboken6.isValid(self.dialog):
            self.dialog.close()
        self.dialog = None

    # Export

    def show_export(self) -> None:
        """Ask what to export, and how."""
        session = self._desk.session
        dataset = session.dataset
        if dataset is None:
            session.message.emit("There is no dataset to export.")
            return
        label_set = session.label_set
        scopes: list[tuple[str, Sequence[str]]] = []
        if session.current is not None:
            scopes.append((f"The sample that is shown ({session.current})", [session.current]))
        scopes.append((f"{counted(len(session.shown), 'sample')} shown", list(session.shown)))
        if len(session.shown) < len(dataset.samples):
            every = [sample.id for sample in dataset.samples]
            scopes.append((f"All {len(every):,} samples", every))

        def masks_of(choice: ExportChoice) -> list[Sample]:
            samples = map(dataset.sample, scopes[choice.scope][1])
            return [sample for sample in samples if label_set in sample.masks]

        dialog = ExportDialog(self._desk.view)
        dialog.show_scopes([name for name, _ in scopes])
        dialog.set_classes(dataset.classes, dataset.ignore_index)

        def tell(job: JobHandle) -> None:
            if shiboken6.isValid(dialog):
                dialog.show_progress(job.done, job.total)

        def work_out(choice: ExportChoice) -> None:
            self._end_loss()
            samples = masks_of(choice)

            def work(job: JobHandle) -> list[ExportLoss] | None:
                losses = export_loss(
                    dataset, label_set, samples, choice.tolerance,
                    on_progress=job.progress, cancelled=job.cancelled,
                )  # fmt: skip
                return None if job.cancelled() else losses

            def done(losses: list[ExportLoss] | None) -> None:
                if losses is not None and shiboken6.isValid(dialog):
                    dialog.show_loss(choice, losses)

            job = self._desk.jobs.start("Working out what polygons lose", work, done)
            job.changed.connect(lambda: tell(job))
            self._loss_job = job

        def export(choice: ExportChoice) -> None:
            out = self.ask_for_folder(self._desk.view, "Where the LabelMe files go")
            if not out:
                return
            samples = masks_of(choice)
            how = Export(choice.kind, choice.tolerance, overwrite=choice.overwrite)
            self._desk.jobs.start(
                f"Exporting {counted(len(samples), 'mask')} to LabelMe files",
                lambda job: export_masks(
                    dataset, label_set, samples, Path(out), how,
                    on_progress=job.progress, cancelled=job.cancelled,
                ),
                lambda result: self._on_exported(result, out),
            )  # fmt: skip

        dialog.loss_wanted.connect(work_out)
        dialog.chosen.connect(export)
        dialog.finished.connect(lambda _result: self._end_loss())
        self._show(dialog)
        if session.has_unsaved:
            session.message.emit("Unsaved strokes are not exported: save them first.")

    def _end_loss(self) -> None:
        if self._loss_job is not None and shiboken6.isValid(self._loss_job):
            self._loss_job.cancel()
        self._loss_job = None

    def _on_exported(self, result: Conversion, out: str) -> None:
        summary = f"{counted(len(result.written), 'mask')} exported to {out}."
        self._report("Export to LabelMe files", summary, result)

    # Import

    def show_import(self) -> None:
        """Ask what to import, and where to."""
        session, view = self._desk.session, self._desk.view
        dataset = session.dataset
        if dataset is None:
            session.message.emit("There is no dataset here to import masks into.")
            return
        if session.edited_by:
            session.message.emit(f"The masks are edited in {session.edited_by}.")
            return
        dialog = ImportDialog(
            dataset.label_sets,
            DEFAULT_LABEL_SET,
            lambda: self.ask_for_folder(view, "A folder of LabelMe files"),
            lambda: self.ask_for_file(view, "A LabelMe file"),
            view,
        )
        dialog.chosen.connect(self._import)
        self._show(dialog)

    def _import(self, choice: ImportChoice) -> None:
        dataset, workspace = self._desk.session.dataset, self._desk.session.workspace
        if dataset is None or workspace is None:
            return

        def work(job: JobHandle) -> Conversion:
            require_label_set_name(dataset, choice.label_set)
            return import_files(
                dataset, workspace, label_files(choice.source), choice.label_set,
                overwrite=choice.overwrite, on_progress=job.progress, cancelled=job.cancelled,
            )  # fmt: skip

        self._desk.jobs.start(
            f"Importing LabelMe files into {choice.label_set}",
            work,
            lambda result: self._on_imported(result, choice.label_set),
        )

    def _on_imported(self, result: Conversion, label_set: str) -> None:
        session = self._desk.session
        dataset = session.dataset
        if dataset is None:
            return
        summary = f"{counted(len(result.written), 'mask')} written to {label_set}"
        if result.unchanged:
            summary += f", {len(result.unchanged):,} the same as before"
        self._report("Import LabelMe files", f"{summary}.", result)
        if label_set in dataset.label_sets:
            session.masks_written(result.written, label_set)
        elif result.written:
            self._bar.tell(
                f"{summary}, a new label set.",
                [
                    ("Open the dataset anew", "Then the new label set can be chosen",
                     session.reopen),
                    ("Later", "It is found when the dataset is opened next", self._bar.dismiss),
                ],
            )  # fmt: skip

    def _report(self, title: str, summary: str, result: Conversion) -> None:
        self._desk.session.message.emit(summary)
        problems = [f"{name}: {problem}" for name, problem in result.problems]
        problems += [f"Not converted: {why}" for _, why in result.refused]
        if problems and shiboken6.isValid(self):
            self._show(ImportReport(title, summary, problems, self._desk.view))

    def _show(self, dialog: QDialog) -> None:
        if self.dialog is not None and shiboken6.isValid(self.dialog):
            self.dialog.close()
        self.dialog = dialog
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()
