"""The header: which dataset and label set are in use, each a menu, and the program's switches."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from widgets import theme


class Header(QFrame):
    """Names what is open and lets the user change it."""

    open_clicked = Signal()
    demo_clicked = Signal()
    recent_chosen = Signal(str)
    label_set_chosen = Signal(str)
    theme_clicked = Signal()
    help_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Header")
        self.setFixedHeight(48)
        self._recent: Sequence[str] = ()
        self._dataset = self._menu_button("DatasetButton", "database-outline", "The open dataset")
        self._label_set = self._menu_button(
            "LabelSetButton", "layers-outline", "The label set shown, edited and trained on"
        )
        self._dataset_menu = QMenu(self)
        self._dataset_menu.aboutToShow.connect(self._fill_dataset_menu)
        self._dataset.setMenu(self._dataset_menu)
        self._label_set_menu = QMenu(self)
        self._label_set.setMenu(self._label_set_menu)
        self._theme = self._switch("ThemeButton", "theme-light-dark", "Light or dark (Ctrl+T)")
        self._theme.clicked.connect(self.theme_clicked)
        self._help = self._switch("HelpButton", "keyboard-outline", "All shortcuts (F1)")
        self._help.clicked.connect(self.help_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._dataset)
        row.addWidget(self._label_set)
        row.addStretch(1)
        row.addWidget(self._theme)
        row.addWidget(self._help)
        self.show_dataset("", "", (), "")

    def show_dataset(self, name: str, path: str, label_sets: Sequence[str], label_set: str) -> None:
        """Show which dataset is open; an empty name says that none is."""
        self._dataset.setText(f"{name or 'Open a dataset'}  ▾")
        self._dataset.setToolTip(f"{path}\nOpen another dataset (Ctrl+O)" if path else "Ctrl+O")
        self._label_set.setVisible(bool(name))
        self._label_set.setText(f"{label_set or 'no masks yet'}  ▾")
        self._label_set_menu.clear()
        group = QActionGroup(self._label_set_menu)
        for entry in label_sets:
            action = QAction(
                entry, self._label_set_menu, checkable=True, checked=entry == label_set
            )
            action.triggered.connect(lambda _=False, entry=entry: self.label_set_chosen.emit(entry))
            group.addAction(action)
            self._label_set_menu.addAction(action)

    def show_recent(self, folders: Sequence[str]) -> None:
        """Say which folders the dataset's menu offers."""
        self._recent = tuple(folders)

    def _fill_dataset_menu(self) -> None:
        menu = self._dataset_menu
        menu.clear()
        menu.addAction(
            theme.icon("folder-open-outline"), "Open a folder…\tCtrl+O"
        ).triggered.connect(self.open_clicked)
        menu.addAction(theme.icon("paw-outline"), "Open the demo").triggered.connect(
            self.demo_clicked
        )
        if self._recent:
            menu.addSeparator()
        for folder in self._recent:
            action = menu.addAction(folder)
            action.triggered.connect(lambda _=False, folder=folder: self.recent_chosen.emit(folder))

    def _menu_button(self, name: str, icon: str, tooltip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setToolTip(tooltip)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.set_icon(button, icon)
        return button

    def _switch(self, name: str, icon: str, tooltip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setToolTip(tooltip)
        button.setAccessibleName(tooltip)
        theme.set_icon(button, icon)
        return button
