"""The main window: the frame, the pages, and what belongs to no page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import actions
from app.actions import Action
from app.jobs import JobHandle, Jobs
from app.pages.annotate_page import AnnotatePage
from app.pages.compare_page import ComparePage
from app.pages.dataset_page import DatasetPage
from app.pages.page import Page
from app.pages.train_page import TrainPage
from app.run_colors import RunColorMemory
from app.session import Session
from app.settings import Settings, save_settings
from app.shortcut_sheet import ShortcutSheet
from core.dataset.layouts.layout import AmbiguousLayout
from core.demo.location import demo_folder, make_demo_if_absent
from core.files import is_writable_folder
from widgets import theme
from widgets.durations import time_left
from widgets.frame import Banner, Footer, Header, Rail

PAGES: tuple[type[Page], ...] = (DatasetPage, AnnotatePage, TrainPage, ComparePage)


class MainWindow(QMainWindow):
    """Holds the pages and brings their messages, jobs and shortcuts to the frame."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.jobs = Jobs(self)
        self.session = Session(self.jobs, self)
        self._run_colors = RunColorMemory(self.session, self)
        self.pages: list[Page] = [page(self.session, self.jobs) for page in PAGES]
        self._rail, self._header, self._footer = Rail(), Header(), Footer()
        self._banner = Banner()
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._table = self._actions_table()
        actions.install(self._table, self, Qt.ShortcutContext.WindowShortcut)
        for page in self.pages:
            table = page.actions_table()
            page.actions_installed(actions.install(table, page, Qt.ShortcutContext.WindowShortcut))
        self.setWindowTitle("PetSeg Workbench")
        self.setMinimumSize(960, 600)
        self.resize(1280, 720)
        if settings.geometry:
            self.restoreGeometry(QByteArray.fromHex(settings.geometry.encode()))
        self._header.show_recent(settings.recent)
        for page in self.pages:
            page.restore(settings)
        self.show_page(0)

    def page(self, kind: type[Page]) -> Page:
        """The page of that kind."""
        return next(page for page in self.pages if isinstance(page, kind))

    def show_page(self, index: int) -> None:
        """Bring a page to the front."""
        self._rail.set_current(index)
        self._stack.setCurrentIndex(index)
        self.pages[index].activate()

    def open_dataset(
        self, folder: Path, workspace: Path | None = None, layout: str | None = None
    ) -> None:
        """Open a dataset, unless a page has something unsaved that the user wants to keep."""
        if all(page.may_close() for page in self.pages):
            self._banner.hide()
            self.session.open_later(folder, workspace, layout=layout)

    def open_demo(self) -> None:
        """Open the demo dataset; the first time, draw it."""
        folder = demo_folder()
        self.jobs.start(
            "Drawing the demo",
            lambda job: make_demo_if_absent(folder, on_progress=job.progress),
            lambda _made: self.open_dataset(folder),
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask the pages, then end what the window started. Training goes on by itself."""
        if not all(page.may_close() for page in self.pages):
            event.ignore()
            return
        self.settings.geometry = bytes(self.saveGeometry().toHex().data()).decode()
        for page in self.pages:
            page.remember(self.settings)
        save_settings(self.settings)
        for page in self.pages:
            page.shut_down()
        self._run_colors.shut_down()
        self.session.close()
        self.jobs.shut_down()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        for page in self.pages:
            self._stack.addWidget(page)
            self._rail.add_page(page.title, page.icon_name, page.hint)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._header, self._banner, self._stack, self._footer):
            column.addWidget(widget, 1 if widget is self._stack else 0)
        frame = QWidget()
        frame.setObjectName("Frame")
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addLayout(column, 1)
        self.setCentralWidget(frame)

    def _connect(self) -> None:
        session, header, footer, jobs = self.session, self._header, self._footer, self.jobs
        self._rail.chosen.connect(self.show_page)
        header.open_clicked.connect(self._choose_folder)
        header.demo_clicked.connect(self.open_demo)
        header.recent_chosen.connect(lambda folder: self.open_dataset(Path(folder)))
        header.label_set_chosen.connect(session.set_label_set)
        header.theme_clicked.connect(self._switch_theme)
        header.help_clicked.connect(self._show_shortcuts)
        session.dataset_changed.connect(self._show_dataset)
        session.label_set_changed.connect(lambda _name: self._show_header())
        session.message.connect(footer.show_message)
        session.problem.connect(self._banner.tell)
        session.open_folder_requested.connect(self._choose_folder)
        session.open_demo_requested.connect(self.open_demo)
        session.open_requested.connect(self.open_dataset)
        session.layout_asked.connect(self._ask_layout)
        session.undoable.connect(footer.show_undoable)
        session.edit_requested.connect(lambda _sample: self._bring(AnnotatePage))
        session.recipe_values_chosen.connect(lambda *_: self._bring(TrainPage))
        session.open_run_requested.connect(lambda _run: self._bring(ComparePage))
        session.suspects_requested.connect(lambda _group: self._bring(ComparePage))
        session.activity_changed.connect(footer.show_device)
        jobs.started.connect(self._follow)
        jobs.ended.connect(lambda job: footer.remove_job(id(job)))
        jobs.failed.connect(self._banner.tell)
        footer.cancel_clicked.connect(self._cancel_job)

    def _actions_table(self) -> list[Action]:
        pages = [
            Action(
                f"window.page_{number}",
                f"{page.title} page",
                lambda index=number - 1: self.show_page(index),  # type: ignore[misc]
                (f"Ctrl+{number}",),
            )
            for number, page in enumerate(self.pages, 1)
        ]
        return [
            Action("window.open", "Open a dataset", self._choose_folder, ("Ctrl+O",)),
            *pages,
            Action("window.theme", "Light or dark", self._switch_theme, ("Ctrl+T",)),
            Action("window.shortcuts", "All shortcuts", self._show_shortcuts, ("F1",)),
            Action("window.quit", "Close the window", self._quit, ("Ctrl+Q",)),
        ]

    def _quit(self) -> None:
        self.close()

    def _bring(self, kind: type[Page]) -> None:
        self.show_page(self.pages.index(self.page(kind)))

    def _follow(self, job: JobHandle) -> None:
        def show() -> None:
            left = time_left(job.eta_seconds)
            self._footer.show_job(id(job), job.title, job.done, job.total, left)

        job.changed.connect(show)
        show()

    def _cancel_job(self, job_id: int) -> None:
        for job in self.jobs.running:
            if id(job) == job_id:
                job.cancel()

    def _choose_folder(self) -> None:
        start = self.settings.recent[0] if self.settings.recent else str(Path.home())
        folder = QFileDialog.getExistingDirectory(self, "Open a dataset", start)
        if folder:
            self.open_dataset(Path(folder))

    def _ask_layout(self, ambiguous: AmbiguousLayout, folder: Path, workspace: Path | None) -> None:
        """Let the user choose how an ambiguous folder is to be read."""
        from widgets.opening.layout_dialog import LayoutDialog  # seldom needed

        root = Path(folder)
        dialog = LayoutDialog(ambiguous, can_remember=is_writable_folder(root), parent=self)

        dialog.layout_chosen.connect(
            lambda layout, remember: self.session.open_later(
                root, workspace, layout=layout, remember_layout=remember
            )
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_dataset(self) -> None:
        dataset = self.session.dataset
        if dataset is None:
            return
        self._banner.hide()
        self._footer.forget_undo()  # what could be undone was done to another dataset
        self._footer.show_message("")
        self.settings.remember(dataset.root)
        save_settings(self.settings)
        self._header.show_recent(self.settings.recent)
        self._show_header()
        self.setWindowTitle(f"{dataset.name} – PetSeg Workbench")

    def _show_header(self) -> None:
        dataset = self.session.dataset
        if dataset is not None:
            self._header.show_dataset(
                dataset.name, str(dataset.root), dataset.label_sets, self.session.label_set
            )

    def _switch_theme(self) -> None:
        name: theme.Name = "light" if theme.active() == "dark" else "dark"
        self.settings.theme = name
        save_settings(self.settings)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application, name)

    def _show_shortcuts(self) -> None:
        tables = [("Everywhere", self._table)]
        tables += [(page.title, page.actions_table()) for page in self.pages]
        ShortcutSheet(tables, self).exec()
