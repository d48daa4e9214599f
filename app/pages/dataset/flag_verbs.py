"""What can be done with a flag: repair it, accept it, move its check's limit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget

from app.pages.dataset.charts import Charts
from app.pages.dataset.repairing import Repairing
from app.session import Session
from core.flags import Flag
from core.qa.checks import CHECKS
from core.qa.repairs import find_repair
from widgets import theme
from widgets.flags.panel import FlagPanel
from widgets.review.text_action import TextAction


class FlagVerbs:
    """Acts on the flags of a list, by its buttons and by keys."""

    def __init__(
        self,
        session: Session,
        flags: FlagPanel,
        repairing: Repairing,
        charts: Charts,
        parent: QWidget,
    ) -> None:
        self._session = session
        self._flags = flags
        self._repairing = repairing
        self._charts = charts
        self._parent = parent
        flags.repair_requested.connect(self._repair)
        flags.accept_requested.connect(self._accept)
        flags.menu_requested.connect(self._show_menu)
        flags.limit_requested.connect(self._show_limit)
        flags.withdraw_requested.connect(
            lambda flag: session.checking.withdraw([(flag.sample, flag.check)])
        )

    def repair(self) -> None:
        """Show the repair of the chosen flag, else of the first."""
        self._with_flag(self._repair)

    def accept(self) -> None:
        """Accept the chosen flag, else the first, at once."""
        self._with_flag(self._accept)

    def accept_with_note(self) -> None:
        """Ask why the chosen flag, else the first, is right, and accept it."""
        self._with_flag(self._ask_why)

    def show_limit(self) -> None:
        """Show the limit of the check behind the chosen flag, else the first."""
        self._with_flag(self._show_limit)

    def _with_flag(self, verb: Callable[[Flag], None]) -> None:
        flag = self._flags.first
        if flag is None:
            self._session.message.emit("This sample has no flag.")
        elif self._flags.isVisible():  # it is not while label sets are compared
            verb(flag)

    def _repair(self, flag: Flag) -> None:
        check = CHECKS.get(flag.check)
        if check is None or not check.repairs:
            self._session.message.emit("There is no repair for this flag: mend it in the editor.")
            return
        if len(check.repairs) == 1:
            self._repairing.ask(flag)
            return
        menu = self._menu()
        for repair_id in check.repairs:
            action = menu.addAction(f"{find_repair(repair_id).title}…")
            action.triggered.connect(
                lambda _on=False, chosen=repair_id: self._repairing.ask(flag, chosen)
            )
        self._open(menu)

    def _show_menu(self, flag: Flag) -> None:
        """Everything that can be done with a flag, in words."""
        menu = self._menu()
        check = CHECKS.get(flag.check)
        for repair_id in check.repairs if check is not None else ():
            action = menu.addAction(
                theme.icon("wrench-outline"), f"{find_repair(repair_id).title}…"
            )
            action.triggered.connect(
                lambda _on=False, chosen=repair_id: self._repairing.ask(flag, chosen)
            )
        accept = menu.addAction(theme.icon("check"), "Accept: this is right\tY")
        accept.triggered.connect(lambda: self._accept(flag))
        menu.addAction(self._because(flag, menu))
        if check is not None and check.limit is not None:
            limit = menu.addAction(theme.icon("tune-variant"), "Move the check's limit\tL")
            limit.triggered.connect(lambda: self._show_limit(flag))
        self._open(menu)

    def _ask_why(self, flag: Flag) -> None:
        menu = self._menu()
        because = self._because(flag, menu)
        menu.addAction(because)
        self._open(menu)
        because.edit.setFocus()

    def _because(self, flag: Flag, menu: QMenu) -> TextAction:
        because = TextAction("Accept, because …", "", menu)
        because.entered.connect(lambda note: self._accept(flag, note))
        return because

    def _accept(self, flag: Flag, note: str | None = None) -> None:
        """Accept a flag; what is noted on the sample stands for a reason that is not given."""
        given = self._session.curation.review(flag.sample).note if note is None else note
        take_back = self._session.checking.accept([flag], given)
        if take_back is not None:
            self._session.undoable.emit(f"Accepted: {flag.message}", take_back)

    def _show_limit(self, flag: Flag) -> None:
        check = CHECKS.get(flag.check)
        if check is None or check.limit is None:
            self._session.message.emit("This flag's check has no limit: all it finds is flagged.")
        else:
            self._charts.show_limit(flag.check)

    def _open(self, menu: QMenu) -> None:
        """Open a menu where the hand is: under the mouse, or beside the list when a key asked."""
        place = QCursor.pos()
        if not self._flags.rect().contains(self._flags.mapFromGlobal(place)):
            place = self._flags.mapToGlobal(QPoint(0, 0))
        menu.setActiveAction(menu.actions()[0])
        menu.popup(place)

    def _menu(self) -> QMenu:
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu
