"""LabelMe beside the editor: masks go out, come back when saved there, and are looked at first."""

from __future__ import annotations

from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QBoxLayout

from app.actions import Action
from app.jobs import JobHandle
from app.pages.annotate.desk import Desk
from app.pages.annotate.labelme.files import LabelMeFiles
from app.pages.annotate.labelme.lending import LabelMeLending
from app.pages.annotate.labelme.returns import (
    STEP_NAME,
    Reading,
    Returned,
    Written,
    in_editor,
    key_of,
    pair_of,
    read_all,
    write_all,
)
from app.pages.annotate.labelme.watch import LabelMeWatch
from app.pages.annotate.showing.open_masks import MaskKey
from core.errors import PetsegError
from core.interop.labelme.exchange import FOLDER, Exchange, Loan, earlier_loans
from core.interop.labelme.launching import EarlierProcess, why_it_ended
from widgets.editor.notice_bar import NoticeBar
from widgets.flags.severity import counted
from widgets.labelme import Difference, DifferenceDialog

_GROUP = "LabelMe"
_TRIES = 2
_NAMED = 3


class LabelMe(QObject):
    """Lends masks to LabelMe and takes over what it saves, once the user has seen it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.view)
        self._desk = desk
        self.bar = NoticeBar()
        self.bar.setObjectName("LabelMeNotice")
        self.dialog: DifferenceDialog | None = None
        self.files = LabelMeFiles(desk, self.bar, self)
        self.watch = LabelMeWatch(self)
        self.lending = LabelMeLending(desk, self.watch, self)
        self._pending: dict[MaskKey, Returned] = {}
        self._failed: dict[MaskKey, int] = {}
        self._over: list[Loan] = []
        self._root = desk.session.dataset.root if desk.session.dataset is not None else None
        around = desk.view.canvas.parentWidget()
        stage = around.layout() if around is not None else None
        if isinstance(stage, QBoxLayout):
            stage.insertWidget(stage.indexOf(desk.view.canvas), self.bar)
        self.watch.saved.connect(self._read)
        self.watch.ended.connect(self._on_ended)
        desk.session.dataset_changed.connect(self._on_dataset_changed)

    def actions(self) -> list[Action]:
        """Opening, taking over, and files."""
        return [
            Action("annotate.labelme", "Open in LabelMe", self.lending.open_shown, ("Ctrl+L",),
                   "open-in-new", _GROUP),
            Action("annotate.labelme_selection", "Open the selection in LabelMe",
                   self.lending.open_selection, ("Ctrl+Shift+L",), "folder-open-outline", _GROUP),
            Action("annotate.labelme_review", "Look at what LabelMe saved", self.review,
                   ("Ctrl+Alt+L",), "compare", _GROUP),
            *self.files.actions(_GROUP),
        ]  # fmt: skip

    def on_shown(self) -> None:
        """Nothing to do: what came back is told whichever sample is shown."""

    def on_left(self) -> None:
        """Nothing to do: LabelMe keeps what it was given."""

    def shut_down(self) -> None:
        """End watching. LabelMe belongs to the user: it stays."""
        self._close_dialog()
        self.files.shut_down()
        self.watch.shut_down()

    # Coming back

    def _read(self, exchanges: list[Exchange]) -> None:
        dataset = self._desk.session.dataset
        if dataset is None:
            return
        painted = in_editor(self._desk)
        self._desk.jobs.start(
            "Reading what LabelMe saved",
            lambda _job: read_all(dataset, exchanges, painted),
            self._on_read,
        )

    def _on_read(self, reading: Reading) -> None:
        if not shiboken6.isValid(self):
            return
        session = self._desk.session
        for each in reading.returned:
            key = key_of(each.exchange)
            self._failed.pop(key, None)
            self._pending.pop(key, None)
            if each.changed_px or each.drawn.left_out:
                self._pending[key] = each
            else:
                each.exchange.decided()
                session.message.emit(
                    f"LabelMe saved {key.sample_id}: nothing differs from the mask here."
                )
        again = []
        for exchange, error in reading.failures:
            # It may be half written: once more in a while, and only then it is said.
            tries = self._failed[key_of(exchange)] = self._failed.get(key_of(exchange), 0) + 1
            if tries < _TRIES:
                again.append(exchange)
            else:
                self._failed.pop(key_of(exchange))
                session.problem.emit(f"What LabelMe saved cannot be taken over. {error}")
        if again:
            self.watch.look_again(again)
        self._tell()
        if self.dialog is not None:
            self.review()

    def _tell(self) -> None:
        """Say what waits to be looked at."""
        waiting = list(self._pending.values())
        if not waiting:
            self.bar.dismiss()
            return
        if len(waiting) == 1:
            name = waiting[0].exchange.sample.id
            left_out = waiting[0].drawn.left_out
            text = f"LabelMe saved {name}: {counted(waiting[0].changed_px, 'pixel')} differ"
            text += f", and {counted(left_out, 'shape')} cannot be drawn." if left_out else "."
        else:
            text = f"LabelMe saved {len(waiting)} masks that differ from the ones here."
        self.bar.tell(
            text,
            [
                ("Look and take over…", "See before and after (Ctrl+Alt+L)", self.review),
                ("Leave as it is", "Keep the masks that are here",
                 lambda: self.leave([key.sample_id for key in self._pending])),
            ],
        )  # fmt: skip
        self._desk.session.message.emit(text)

    def review(self) -> None:
        """Show what came back, beside what is here."""
        dataset = self._desk.session.dataset
        if dataset is None or not self._pending:
            self._desk.session.message.emit("LabelMe has saved nothing that differs.")
            self._close_dialog()
            return
        if self.dialog is None:
            self.dialog = DifferenceDialog(self._desk.view)
            self.dialog.taken.connect(self.take)
            self.dialog.left.connect(self.leave)
            self.dialog.finished.connect(lambda _result: self._close_dialog())
        keys = sorted(self._pending)
        differences = [self._difference(key, self._pending[key]) for key in keys]
        self.dialog.show_differences(differences, dataset.classes, dataset.ignore_index)
        self.dialog.open()

    def _difference(self, key: MaskKey, each: Returned) -> Difference:
        before = in_editor(self._desk).get(key, each.before)
        return Difference(
            key.sample_id,
            pair_of(each, before),
            tuple(map(str, each.drawn.problems)),
            each.exchange.differs_from_lent(before),
            self._obstacle(key),
        )

    def _obstacle(self, key: MaskKey) -> str:
        session = self._desk.session
        shown = self._desk.shown()
        if self._desk.view.canvas.is_read_only:
            return "The masks of this dataset can only be looked at here."
        if shown is not None and shown[0] == key:
            return ""
        is_unsaved = key.label_set == session.label_set and session.is_unsaved(key.sample_id)
        # What was compared with the editor's mask cannot be written over an unknown file.
        if is_unsaved or self._pending[key].before_hash is None:
            return (
                f"{key.sample_id} was being edited here. Show it in the editor, then take "
                "LabelMe's mask over."
            )
        return ""

    def take(self, sample_ids: Sequence[str]) -> None:
        """Take LabelMe's masks over: an undo step in the one that is shown, others are written."""
        session, canvas = self._desk.session, self._desk.view.canvas
        canvas.cancel()
        shown = self._desk.shown()
        others = []
        for key in [key for key in self._pending if key.sample_id in set(sample_ids)]:
            each = self._pending[key]
            if obstacle := self._obstacle(key):
                session.problem.emit(obstacle)
            elif shown is not None and shown[0] == key:
                self._replace(each)
            else:
                others.append(each)
                del self._pending[key]
        dataset, workspace = session.dataset, session.workspace
        if others and dataset is not None and workspace is not None:
            self._desk.jobs.start(
                f"Taking over {counted(len(others), 'mask')} from LabelMe",
                lambda job: write_all(dataset, workspace, others, job.progress, job.cancelled),
                self._on_written,
            )
        self._go_on()

    def leave(self, sample_ids: Sequence[str]) -> None:
        """Keep the masks that are here; LabelMe's files stay as they are until it is closed."""
        for key in [key for key in self._pending if key.sample_id in set(sample_ids)]:
            self._pending.pop(key).exchange.decided()
        self._go_on()

    def _replace(self, each: Returned) -> None:
        canvas, session = self._desk.view.canvas, self._desk.session
        document = canvas.document
        if document is None or document.mask.shape != each.drawn.mask.shape:
            session.problem.emit("LabelMe's mask has another size than the one that is shown.")
            return
        canvas.replace(STEP_NAME, each.drawn.mask)
        each.exchange.taken(each.drawn.mask)
        del self._pending[key_of(each.exchange)]
        session.message.emit("LabelMe's mask was taken over; Ctrl+Z takes it back.")

    def _on_written(self, written: Written) -> None:
        session = self._desk.session
        if not shiboken6.isValid(self):
            return
        for each in written.left:  # unless something newer came back meanwhile
            self._pending.setdefault(key_of(each.exchange), each)
        by_set: dict[str, list[str]] = {}
        for each in written.done:
            each.exchange.taken(each.drawn.mask)
            by_set.setdefault(each.exchange.label_set, []).append(each.exchange.sample.id)
        for label_set, sample_ids in by_set.items():
            session.masks_written(sample_ids, label_set)
        if written.done:
            session.message.emit(f"{counted(len(written.done), 'mask')} taken over from LabelMe.")
        if written.failures:
            more = len(written.failures) - _NAMED
            ending = f" And {more:,} more." if more > 0 else ""
            session.problem.emit(" ".join(written.failures[:_NAMED]) + ending)
        self._go_on()

    # What is over

    def _go_on(self) -> None:
        """Show what still waits, and clear up after LabelMes that have ended."""
        self._tell()
        if self.dialog is not None:
            if self._pending:
                self.review()
            else:
                self._close_dialog()
        try:
            for loan in self.watch.loans:
                loan.remember()
        except PetsegError as error:
            self._desk.session.problem.emit(str(error))
        waiting = {id(each.exchange) for each in self._pending.values()}
        for loan in list(self._over):
            if not waiting & {id(exchange) for exchange in loan.exchanges}:
                self._over.remove(loan)
                loan.settle()

    def _on_ended(self, loan: Loan, code: int) -> None:
        session = self._desk.session
        if why := why_it_ended(code, loan.folder):
            session.problem.emit(why)
        self._over.append(loan)
        if not any(each.exchange in loan.exchanges for each in self._pending.values()):
            session.message.emit("LabelMe was closed; nothing waits to be taken over.")
            self._go_on()

    def _on_dataset_changed(self) -> None:
        dataset = self._desk.session.dataset
        root = dataset.root if dataset is not None else None
        if root == self._root:
            return  # the same one, opened anew
        self._root = root
        self._close_dialog()
        self.watch.forget()
        self._pending.clear()
        self._failed.clear()
        self._over.clear()
        self.bar.dismiss()
        self._find_earlier()

    def _find_earlier(self) -> None:
        """A LabelMe of an earlier time may still run, or have saved since."""
        dataset, workspace = self._desk.session.dataset, self._desk.session.workspace
        if dataset is None or workspace is None or not (workspace.path / FOLDER).is_dir():
            return

        def work(_job: JobHandle) -> list[tuple[Loan, EarlierProcess]]:
            found = []
            for loan in earlier_loans(dataset, workspace):
                process = EarlierProcess(loan.pid, loan.created)
                if process.poll() is not None:
                    loan.settle()
                if loan.folder.is_dir():
                    found.append((loan, process))
            return found

        def done(found: list[tuple[Loan, EarlierProcess]]) -> None:
            if shiboken6.isValid(self) and self._desk.session.dataset is dataset:
                for loan, process in found:
                    self.watch.add(loan, process)
                    self.watch.look_at(loan)

        self._desk.jobs.start("Looking for what LabelMe saved", work, done)

    def _close_dialog(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.hide()
            dialog.shut_down()
            dialog.deleteLater()
