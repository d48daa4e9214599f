"""The worklist on a page: decided with keys, taken back, refused where strokes are unsaved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app import actions
from app.comparing import worklist
from app.jobs import Jobs
from app.pages.compare.repairing import Repairing
from app.session import Session
from core.evaluation.predicting.files import prediction_path
from core.files import atomic_write
from core.images import encode_mask
from core.runs.store import Run
from core.worklist.entries import Decision, State
from tests.core.worklist.hands import (
    LABEL,
    RIGHT,
    SAMPLE,
    make_world,
    mask_file,
    mask_of,
    regions,
)
from tests.making import write_sample
from widgets.worklist.verbs import Verb

Key = Qt.Key


class Page(QWidget):
    """As much of a page as the worklist needs."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.jobs = Jobs()
        self.session = Session(self.jobs)
        self.repairing = Repairing(self.session, self.jobs, self)
        self.outside = QPushButton("outside")
        column = QVBoxLayout(self)
        column.addWidget(self.outside)
        column.addWidget(self.repairing.bar)
        actions.install(self.repairing.actions(), self, Qt.ShortcutContext.WindowShortcut)
        self.said: list[str] = []
        self.problems: list[str] = []
        self.ways_back: list[object] = []
        self.session.message.connect(self.said.append)
        self.session.problem.connect(self.problems.append)
        self.jobs.failed.connect(self.problems.append)
        self.session.undoable.connect(self._on_undoable)
        self.root = root

    def _on_undoable(self, words: str, way: object) -> None:
        self.said.append(words)
        self.ways_back.append(way)

    @property
    def states(self) -> list[State]:
        return [entry.state for entry in self.repairing.entries]

    @property
    def mask(self) -> np.ndarray:
        assert self.session.dataset is not None
        return mask_of(self.session.dataset)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return make_world(tmp_path)


@pytest.fixture
def page(qtbot: QtBot, run: Run, tmp_path: Path) -> Iterator[Page]:
    made = Page(tmp_path)
    qtbot.addWidget(made)
    made.resize(1180, 300)
    with qtbot.waitActive(made):
        made.show()
    made.session.open(tmp_path)
    settle(qtbot, made)
    yield made
    close(made)


def close(page: Page) -> None:
    page.repairing.shut_down()
    page.session.close()
    page.jobs.shut_down()


def settle(qtbot: QtBot, page: Page) -> None:
    qtbot.waitUntil(lambda: not page.jobs.running, timeout=10_000)


def fill(qtbot: QtBot, page: Page, run: Run) -> None:
    page.repairing.add(run.id, [(SAMPLE, each) for each in regions()], "all errors")
    settle(qtbot, page)


def press(qtbot: QtBot, page: Page, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(page.focusWidget() or page, key)
    settle(qtbot, page)


def test_that_a_worklist_is_worked_through_with_keys_alone(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    assert "2 places added to the worklist" in page.said
    page.outside.setFocus()
    shown: list[object] = []
    page.repairing.region_wanted.connect(lambda *place: shown.append(place[2]))
    press(qtbot, page, Key.Key_W)
    assert not page.repairing.bar.is_folded
    first, second = regions()
    assert shown[-1] == first
    press(qtbot, page, Key.Key_M)
    assert shown[-1] == second
    assert page.repairing.bar.progress_words.text() == "1 of 2 decided"
    expected = LABEL.copy()
    expected[4:20, 4:20] = 1
    assert (page.mask == expected).all()
    assert f"{SAMPLE}: 256 px are cat now" in page.said
    press(qtbot, page, Key.Key_I)
    assert (page.mask[28:44, 28:44] == 255).all()
    assert page.repairing.bar.progress_words.text() == "2 of 2 decided"
    assert page.repairing.bar.hint.text() == "Every place is decided."
    assert page.problems == []


def test_that_going_on_and_back_skipping_and_keeping_change_no_mask(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    bar, (first, second) = page.repairing.bar, page.repairing.entries
    press(qtbot, page, Key.Key_N)
    assert bar.current == second
    press(qtbot, page, Key.Key_B)
    assert bar.current == first
    press(qtbot, page, Key.Key_Right)
    press(qtbot, page, Key.Key_Left)
    assert bar.current == first
    press(qtbot, page, Key.Key_S)
    assert page.states == [State.SKIPPED, State.TO_REVIEW]
    assert bar.current == second
    press(qtbot, page, Key.Key_K)
    assert page.states == [State.SKIPPED, State.DECIDED]
    assert bar.current is not None
    assert bar.current.id == first.id
    assert bar.progress_words.text() == "1 of 2 decided, 1 skipped"
    assert (page.mask == LABEL).all()


def undo(qtbot: QtBot, page: Page) -> None:
    qtbot.keyClick(page.focusWidget(), Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_that_ctrl_z_takes_back_one_thing_after_the_other_that_was_done_here(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    before = mask_file(page.session.dataset).read_bytes()
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_M)
    press(qtbot, page, Key.Key_M)
    assert (page.mask == RIGHT).all()
    for left in (1, 0):
        undo(qtbot, page)
        settle(qtbot, page)
        assert page.states.count(State.DECIDED) == left
    assert mask_file(page.session.dataset).read_bytes() == before
    undo(qtbot, page)  # the places were added here too
    settle(qtbot, page)
    assert page.states == []
    undo(qtbot, page)
    assert "nothing more to take back" in page.said[-1]


def test_that_ctrl_z_pressed_twice_at_once_takes_back_two_even_before_they_are_done(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    before = mask_file(page.session.dataset).read_bytes()
    press(qtbot, page, Key.Key_W)
    for _ in range(2):
        qtbot.keyClick(page.focusWidget(), Key.Key_M)
    undo(qtbot, page)
    undo(qtbot, page)
    settle(qtbot, page)
    assert page.states == [State.TO_REVIEW] * 2
    assert mask_file(page.session.dataset).read_bytes() == before
    assert page.problems == []


def test_that_ctrl_z_takes_back_nothing_of_an_earlier_time_but_its_place_does(
    qtbot: QtBot, page: Page, run: Run, tmp_path: Path
) -> None:
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_M)
    page.session.open(tmp_path)
    settle(qtbot, page)
    undo(qtbot, page)
    settle(qtbot, page)
    assert page.states.count(State.DECIDED) == 1
    page.repairing.bar.choose(page.repairing.entries[0].id)
    press(qtbot, page, Key.Key_U)
    assert page.states == [State.TO_REVIEW] * 2


@pytest.mark.parametrize("comes_back", [True, False])
def test_that_a_mask_written_while_the_label_set_changed_is_told_and_what_waited_is_too(
    qtbot: QtBot,
    page: Page,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    comes_back: bool,
) -> None:
    write_sample(tmp_path, "val", "a", {"labels": LABEL, "labels_other": RIGHT})
    page.session.open(tmp_path)
    settle(qtbot, page)
    fill(qtbot, page, run)
    may_go_on, real = threading.Event(), worklist.decide

    def slow(*asked: object) -> object:
        assert may_go_on.wait(10)
        return real(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(worklist, "decide", slow)
    written: list[set[str]] = []
    page.session.files_changed.connect(written.append)
    qtbot.keyClick(page, Key.Key_W)
    for key in (Key.Key_M, Key.Key_I, Key.Key_S):
        qtbot.keyClick(page.focusWidget(), key)
    page.session.set_label_set("labels_other")
    waited = "2 steps that waited on the worklist were not carried out: the label set is"
    assert page.said[-1] == f"{waited} 'labels_other' now."
    if comes_back:
        page.session.set_label_set("labels")
    may_go_on.set()
    settle(qtbot, page)
    assert sum(waited in each for each in page.said) == 1
    assert written == ([{SAMPLE}] if comes_back else [])  # another label set's are read anew
    assert (f"{SAMPLE}: 256 px are cat now" in page.said) == comes_back
    assert page.states == ([State.DECIDED, State.TO_REVIEW] if comes_back else [])
    assert (page.mask[4:20, 4:20] == 1).all()
    undo(qtbot, page)
    assert "nothing more to take back" in page.said[-1]
    assert page.problems == []


def test_that_a_place_taken_off_the_list_comes_back_with_its_decision(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    before = mask_file(page.session.dataset).read_bytes()
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_M)
    listed = list(page.repairing.entries)
    page.repairing.bar.choose(listed[0].id)
    press(qtbot, page, Key.Key_Delete)
    assert page.repairing.entries == listed[1:]
    undo(qtbot, page)
    settle(qtbot, page)
    assert page.repairing.entries == listed
    undo(qtbot, page)
    settle(qtbot, page)
    assert mask_file(page.session.dataset).read_bytes() == before


def test_that_places_follow_a_run_that_predicts_anew(qtbot: QtBot, page: Page, run: Run) -> None:
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    other = RIGHT.copy()
    other[12:20, 4:20] = 2  # as the label says
    assert page.session.dataset is not None
    path = prediction_path(run, page.session.dataset.sample(SAMPLE))
    atomic_write(path, encode_mask(other))
    press(qtbot, page, Key.Key_M)
    assert "predicts another region here" in page.problems[-1]
    assert (page.mask == LABEL).all()
    assert page.repairing.entries[0].region.pixels == 128  # and can be looked at again
    atomic_write(path, encode_mask(LABEL))
    page.repairing.worklist.follow_predictions({run.id})
    settle(qtbot, page)
    assert [each.decision for each in page.repairing.entries] == [Decision.GONE] * 2


def test_that_decisions_are_open_again_once_the_other_window_has_gone(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    page.session.set_edited_by("another window")
    button = page.repairing.bar.buttons[Verb.MODEL]
    assert not button.isEnabled()
    assert page.repairing.bar.place.text() == "The masks are edited in another window."
    page.session.set_edited_by("")
    settle(qtbot, page)
    assert button.isEnabled()


def test_that_the_way_back_in_the_status_bar_works_and_one_decision_can_be_taken_back(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_M)
    page.ways_back[-1]()  # type: ignore[operator]
    settle(qtbot, page)
    assert (page.mask == LABEL).all()
    assert page.states == [State.TO_REVIEW] * 2
    press(qtbot, page, Key.Key_M)
    press(qtbot, page, Key.Key_B)
    assert page.repairing.bar.buttons[Verb.TAKE_BACK].isVisible()
    assert not page.repairing.bar.buttons[Verb.MODEL].isVisible()
    press(qtbot, page, Key.Key_U)
    assert (page.mask == LABEL).all()


def test_that_a_mask_with_unsaved_strokes_or_of_another_window_is_refused_in_words(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    page.session.set_unsaved([SAMPLE])
    press(qtbot, page, Key.Key_M)
    assert "has changes in the editor that are not saved" in page.problems[-1]
    press(qtbot, page, Key.Key_K)  # this writes no mask
    page.session.set_unsaved([])
    page.session.set_edited_by("another window")
    left = page.repairing.bar.current
    assert left is not None
    assert not page.repairing.worklist.decide(left, Decision.MODEL)
    assert "The masks are edited in another window" in page.problems[-1]
    assert (page.mask == LABEL).all()
    assert State.TO_REVIEW in page.states


def test_that_the_list_survives_a_restart_and_follows_what_was_done_meanwhile(
    qtbot: QtBot, page: Page, run: Run, tmp_path: Path
) -> None:
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_M)
    mended = page.mask.copy()
    mended[28:44, 28:44] = 2  # another program draws the dog
    atomic_write(mask_file(page.session.dataset), encode_mask(mended))
    page.session.open(tmp_path)
    settle(qtbot, page)
    decisions = [entry.decision for entry in page.repairing.entries]
    assert decisions == [Decision.MODEL, Decision.EDITED]
    atomic_write(mask_file(page.session.dataset), encode_mask(LABEL))
    page.session.masks_written([SAMPLE], "labels")
    settle(qtbot, page)
    assert page.states == [State.TO_REVIEW] * 2


def test_that_any_region_can_be_decided_or_opened_in_the_editor_from_its_menu(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    cat, dog = regions()
    menu = page.repairing.menu(run.id, SAMPLE, cat)
    _chosen(menu, "region.model")
    settle(qtbot, page)
    assert (page.mask[4:20, 4:20] == 1).all()
    assert page.states == [State.DECIDED]
    places: list[tuple[str, object]] = []
    page.session.place_requested.connect(lambda sample, box: places.append((sample, box)))
    _chosen(page.repairing.menu(run.id, SAMPLE, dog), "region.edit")
    assert places == [(SAMPLE, dog.box)]
    _chosen(page.repairing.menu(run.id, SAMPLE, dog), "region.add")
    settle(qtbot, page)
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_E)
    assert len(places) == 2


def test_that_the_repaired_run_is_stale_and_can_be_trained_again(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    from core.files import content_hash

    before = content_hash(mask_file(page.session.dataset).read_bytes())
    used = run.record.dataset.model_copy(update={"fingerprint": {SAMPLE: before}})
    run.update(dataset=used)
    fill(qtbot, page, run)
    bar = page.repairing.bar
    assert not bar.retrain_button.isVisible()
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_M)
    assert bar.stale_words.text() == "1 run is stale"
    wanted: list[str] = []
    page.session.retrain_requested.connect(wanted.append)
    qtbot.mouseClick(bar.retrain_button, Qt.MouseButton.LeftButton)
    assert wanted == [run.id]


def test_that_escape_leaves_the_worklist_and_its_keys_are_free_outside(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    left: list[bool] = []
    page.repairing.left.connect(lambda: left.append(True))
    press(qtbot, page, Key.Key_Escape)
    assert left
    page.outside.setFocus()
    press(qtbot, page, Key.Key_M)
    assert (page.mask == LABEL).all()


def _chosen(menu: QObject, name: str) -> None:
    from PySide6.QtGui import QAction

    action = menu.findChild(QAction, name)
    assert action is not None
    action.trigger()


def test_that_the_page_measures_the_repaired_sample_again_and_only_that_one(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.pages.compare_page import ComparePage
    from core.evaluation import evaluate
    from core.evaluation.errors.finding import find_errors
    from core.evaluation.evaluate import read_prediction
    from core.images import read_mask
    from tests.app.compare.hands import SHIFTS, make_predicted_run, open_page
    from tests.app.compare.hands import settle as settle_page
    from tests.making import blob, write_sample

    for stem in SHIFTS:
        write_sample(tmp_path, "val", stem, {"labels": blob(64, 1 + ord(stem) % 2)})
    run = make_predicted_run(tmp_path, "first")
    jobs = Jobs()
    session = Session(jobs)
    page = ComparePage(session, jobs)
    qtbot.addWidget(page)
    actions.install(page.actions_table(), page, Qt.ShortcutContext.WindowShortcut)
    page.resize(1200, 900)
    with qtbot.waitActive(page):
        page.show()
    open_page(qtbot, page, tmp_path)
    dataset = session.dataset
    assert dataset is not None
    sample = dataset.sample("val/c")
    truth = read_mask(sample.masks["labels"])
    found = find_errors(read_prediction(run, sample), truth, num_classes=dataset.num_classes)
    page.repairing.add(run.id, [(sample.id, each) for each in found])
    settle_page(qtbot, page)

    def dice() -> float | None:
        evaluation = page.comparison.findings.assessments[0].evaluation
        assert evaluation is not None
        score = evaluation.scores.get(sample.id)
        assert score is not None
        return score.mDice

    before = dice()
    read: list[str] = []
    real = evaluate.read_pair
    monkeypatch.setattr(
        evaluate, "read_pair", lambda job, dataset: (read.append(job.sample), real(job, dataset))[1]
    )
    qtbot.keyClick(page, Key.Key_W)
    settle_page(qtbot, page)
    assert page.samples.current == sample.id
    # Outside the worklist S and B are keys of the views.
    for key in (Key.Key_S, Key.Key_B):
        qtbot.keyClick(page.window().focusWidget(), key)
        settle_page(qtbot, page)
    assert State.SKIPPED in [entry.state for entry in page.repairing.entries]
    while any(entry.state is not State.DECIDED for entry in page.repairing.entries):
        page.repairing.bar.step(1)
        qtbot.keyClick(page.window().focusWidget(), Key.Key_M)
        settle_page(qtbot, page)
    qtbot.waitUntil(lambda: dice() == 100)
    assert before is not None
    assert before < 100
    assert set(read) == {sample.id}
    page.shut_down()
    session.close()
    jobs.shut_down()
