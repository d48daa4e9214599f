"""The button that queues a run again on repaired labels; of several runs it asks which."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from widgets import theme


class RetrainButton(QPushButton):
    """Hidden while there is no run that could be trained again."""

    retrain_wanted = Signal(str)
    """The id of the run to be trained again on the labels as they are now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Retrain with these repairs", parent)
        self._runs: dict[str, str] = {}
        self.setObjectName("Retrain")
        theme.set_icon(self, "restart")
        self.clicked.connect(self.retrain)
        self.hide()

    def show_runs(self, runs: Mapping[str, str]) -> None:
        """Say which runs repairs were made for: names by id."""
        self._runs = dict(runs)
        self.setVisible(bool(runs))
        before = self.menu()
        if before is not None:
            self.setMenu(None)  # type: ignore[arg-type]
            before.deleteLater()
        if len(runs) > 1:
            menu = QMenu(self)
            for run_id, name in runs.items():
                menu.addAction(name).triggered.connect(
                    lambda _on=False, run=run_id: self.retrain_wanted.emit(run)
                )
            self.setMenu(menu)
        what = f"{next(iter(runs.values()))} once more" if len(runs) == 1 else "a run once more"
        self.setToolTip(
            f"Queue {what}, with its recipe, settings and weights, on the labels as they are now "
            "(Ctrl+Shift+R)"
        )

    def retrain(self) -> None:
        """Wish the run to be trained again, or ask which one."""
        if len(self._runs) == 1:
            self.retrain_wanted.emit(next(iter(self._runs)))
        elif self._runs:
            self.showMenu()
