"""The list of runs and its buttons."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QFontMetrics
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from core.runs.events import BestScore
from core.runs.store import RunState
from core.runs.tidying import RunContents
from tests.making_runs import summary
from widgets.run_colors import colors, run_color
from widgets.training.delete_dialog import DeleteDialog
from widgets.training.run_config_dialog import RunConfigDialog
from widgets.training.run_delegate import tick_rect
from widgets.training.run_lines import run_lines
from widgets.training.run_model import RunModel
from widgets.training.run_panel import RunPanel


@pytest.fixture
def panel(qtbot: QtBot) -> RunPanel:
    panel = RunPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 540)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def texts(panel: RunPanel) -> str:
    return " ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def enabled(panel: RunPanel) -> set[str]:
    buttons = (
        panel.pause_button,
        panel.stop_button,
        panel.cancel_button,
        panel.compare_button,
        panel.log_button,
    )
    return {button.objectName() for button in buttons if button.isEnabled()}


def ids(model: RunModel) -> list[str]:
    runs = [model.run(model.index(row)) for row in range(model.rowCount())]
    return [run.id for run in runs if run is not None]


def test_that_the_model_keeps_qts_rules_while_runs_come_change_and_go():
    model = RunModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for wanted in (["b", "a"], ["c", "b", "a"], ["c", "a"], ["a", "c", "d"], []):
        model.update([summary(each) for each in wanted], {}, wanted[1:])
        assert ids(model) == wanted
        if wanted:
            model.tick(wanted[0])
            model.set_chosen(wanted[-1])
            model.setData(model.index(0), "other", Qt.ItemDataRole.EditRole)


def test_that_only_the_row_of_a_run_that_changed_is_drawn_again(qtbot):
    model = RunModel()
    model.update([summary("b"), summary("a")], {})
    with qtbot.waitSignal(model.dataChanged) as signal:
        model.update([summary("b"), summary("a", iteration=5)], {})
    first, last, *_ = signal.args
    assert (first.row(), last.row()) == (1, 1)
    with qtbot.assertNotEmitted(model.dataChanged):
        model.update([summary("b"), summary("a", iteration=5)], {})


def test_that_without_runs_the_panel_says_so(panel):
    assert "No runs yet." in texts(panel)
    assert enabled(panel) == set()


@pytest.mark.parametrize(
    ("state", "asked", "buttons"),
    [
        (RunState.QUEUED, None, {"cancel", "open_log"}),
        (RunState.RUNNING, None, {"pause", "stop", "cancel", "open_log"}),
        (RunState.RUNNING, "pause", {"stop", "cancel", "open_log"}),
        (RunState.RUNNING, "stop", {"cancel", "open_log"}),
        (RunState.RUNNING, "cancel", {"open_log"}),
        (RunState.FINISHED, None, {"compare", "open_log"}),
        (RunState.FAILED, None, {"open_log"}),
    ],
)
def test_that_the_buttons_offer_what_the_run_allows(panel, state, asked, buttons):
    panel.update_runs([summary("a", state)], {"a": asked} if asked else {})
    panel.choose("a")
    assert enabled(panel) == buttons


def test_that_a_click_on_a_run_chooses_it_and_a_button_speaks_of_it(panel, qtbot):
    panel.update_runs([summary("b"), summary("a", RunState.FINISHED)], {})
    place = panel.list.visualRect(panel.model.index(1)).center()
    with qtbot.waitSignal(panel.chosen) as chosen:
        qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == ["a"]
    with qtbot.waitSignal(panel.compare_requested) as asked:
        qtbot.mouseClick(panel.compare_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["a"]


def test_that_the_choice_stays_while_runs_come_and_go(panel, qtbot):
    panel.update_runs([summary("b"), summary("a")], {})
    panel.choose("a")
    with qtbot.assertNotEmitted(panel.chosen):
        panel.update_runs([summary("c"), summary("b"), summary("a", iteration=9)], {})
    assert panel.current is not None
    assert panel.current.id == "a"


def test_that_the_window_says_that_runs_go_on_without_it(panel):
    panel.update_runs([summary("a")], {})
    assert "The run goes on when you close the window." in texts(panel)
    panel.update_runs([summary("r", QUEUED)], {}, ["r"])
    assert "The waiting run starts only while this dataset is open." in texts(panel)
    panel.update_runs([summary("a", RunState.FINISHED)], {})
    assert "goes on" not in texts(panel)


def test_that_a_reader_of_the_screen_hears_state_score_and_duration():
    model = RunModel()
    best = BestScore(mDice=82.314, iteration=200)
    run = summary("a", RunState.FINISHED, name="mine", best=best, seconds=125.0, iteration=400)
    model.update([run], {})
    spoken = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "mine, Finished · 400, best mDice 82.31, took 2 min 05 s"
    assert model.data(QModelIndex()) is None


def test_that_every_state_can_be_drawn(panel):
    runs = [
        summary(state.value, state, iteration=20, max_iters=400, seconds=5.0, eta=9.0)
        for state in RunState
    ]
    panel.update_runs(runs, {})
    assert not panel.grab().isNull()


RUNNING, QUEUED, FINISHED = RunState.RUNNING, RunState.QUEUED, RunState.FINISHED


def click_tick(panel: RunPanel, qtbot: QtBot, run_id: str) -> None:
    box = tick_rect(panel.list.visualRect(panel.model.index_of(run_id)))
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def test_that_what_runs_is_above_what_waits_in_its_order_and_the_rest(panel):
    runs = [
        summary("d", QUEUED), summary("c", FINISHED), summary("b", QUEUED), summary("a", RUNNING)
    ]  # fmt: skip
    panel.update_runs(runs, {}, ["b", "d"])
    assert ids(panel.model) == ["a", "b", "d", "c"]


def test_that_ticks_and_the_choice_say_which_runs_are_in_the_plots(panel, qtbot):
    panel.update_runs([summary(each, FINISHED) for each in "dcba"], {})
    heard: list[list[str]] = []
    panel.shown_changed.connect(heard.append)
    click_tick(panel, qtbot, "b")
    click_tick(panel, qtbot, "d")
    assert panel.current is None  # a tick does not choose
    panel.choose("a")
    panel.choose("b")
    click_tick(panel, qtbot, "b")  # it is still chosen, and so it is still shown
    panel.choose("d")
    assert heard == [["b"], ["b", "d"], ["b", "d", "a"], ["b", "d"], ["d"]]


def test_that_space_ticks_the_chosen_run(panel, qtbot):
    panel.update_runs([summary(each, FINISHED) for each in "ba"], {})
    panel.choose("a")
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    panel.choose("b")
    assert panel.shown == ["a", "b"]
    panel.choose("a")
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    panel.choose("b")
    assert panel.shown == ["b"]


def test_that_shown_runs_have_the_colours_they_have_everywhere_and_keep_them(panel):
    colors.set_places({"a": 2, "b": 2, "c": 4})
    panel.update_runs([summary(each, FINISHED) for each in "cba"], {})
    for each in "ab":
        panel.model.tick(each)
    assert [panel.color_of(each) for each in "abc"] == [run_color("a"), run_color("b"), None]
    assert run_color("a") != run_color("b")  # they were alike until they were shown together
    kept = run_color("b")
    panel.model.tick("a", ticked=False)
    panel.model.tick("c")
    assert [panel.color_of(each) for each in "bc"] == [kept, run_color("c")]
    colors.set_places({})


def test_that_a_run_that_is_gone_is_no_longer_shown(panel):
    panel.update_runs([summary(each, FINISHED) for each in "ba"], {})
    panel.model.tick("a")
    panel.model.tick("b")
    panel.update_runs([summary("b", FINISHED)], {})
    assert panel.shown == ["b"]


@pytest.mark.parametrize(
    ("state", "details", "text", "is_enabled"),
    [
        (RUNNING, {}, "Pause", True),
        (QUEUED, {}, "Pause", False),
        (RunState.PAUSED, {"checkpoint": 40}, "Resume", True),
        (RunState.CRASHED, {"checkpoint": 40}, "Resume", True),
        (RunState.CRASHED, {}, "Resume", False),
        (FINISHED, {}, "Resume", False),
    ],
)
def test_that_one_button_pauses_and_resumes(panel, qtbot, state, details, text, is_enabled):
    panel.update_runs([summary("a", state, **details)], {})
    panel.choose("a")
    button = panel.pause_button
    assert (button.text(), button.isEnabled()) == (text, is_enabled)
    if not is_enabled:
        return
    signal = panel.pause_requested if text == "Pause" else panel.resume_requested
    with qtbot.waitSignal(signal) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == ["a"]


def test_that_a_button_that_cannot_resume_says_why(panel):
    panel.update_runs([summary("b", FINISHED), summary("a", RunState.CRASHED)], {})
    panel.choose("a")
    assert "no checkpoint" in panel.pause_button.toolTip()
    panel.choose("b")
    assert "has finished" in panel.pause_button.toolTip()


def test_that_the_buttons_of_the_queue_move_the_chosen_run_and_pause_it(panel, qtbot):
    assert not panel.queue.isVisible()
    panel.update_runs([summary(each, QUEUED) for each in "cba"], {}, ["a", "b", "c"])
    queue = panel.queue
    assert queue.label.text() == "3 runs wait"
    panel.choose("a")
    assert (queue.up_button.isEnabled(), queue.down_button.isEnabled()) == (False, True)
    panel.choose("c")
    assert (queue.up_button.isEnabled(), queue.down_button.isEnabled()) == (True, False)
    with qtbot.waitSignal(panel.move_requested) as asked:
        qtbot.mouseClick(queue.up_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["c", "up"]
    with qtbot.waitSignal(panel.queue_pause_requested) as asked:
        qtbot.mouseClick(queue.pause_button, Qt.MouseButton.LeftButton)
    assert asked.args == [True]
    panel.update_runs([], {}, [], is_paused=True)
    assert queue.isVisible()
    assert queue.label.text() == "Paused · 0 waiting"
    with qtbot.waitSignal(panel.queue_pause_requested) as asked:
        qtbot.mouseClick(queue.pause_button, Qt.MouseButton.LeftButton)
    assert asked.args == [False]


def drag(panel: RunPanel, run_id: str, to: QPoint) -> None:
    """Drop a run at a place of the list, with the events that Qt sends for a drag."""
    data = panel.model.mimeData([panel.model.index_of(run_id)])
    view, left, none = panel.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier
    action = Qt.DropAction.MoveAction
    for event in (
        QDragEnterEvent(to, action, data, left, none.NoModifier),
        QDragMoveEvent(to, action, data, left, none.NoModifier),
        QDropEvent(QPointF(to), action, data, left, none.NoModifier),
    ):
        QApplication.sendEvent(view, event)


def test_that_a_waiting_run_is_dragged_among_those_that_wait(panel, qtbot):
    runs = [summary(each, QUEUED) for each in "cba"]
    panel.update_runs([*runs, summary("r", RUNNING), summary("f", FINISHED)], {}, list("abc"))
    places = {each: panel.list.visualRect(panel.model.index_of(each)) for each in "rabcf"}
    moved: list[tuple[str, int]] = []
    panel.place_requested.connect(lambda run_id, place: moved.append((run_id, place)))
    drag(panel, "c", places["a"].center())
    drag(panel, "a", places["c"].bottomLeft() - QPoint(0, 1))
    drag(panel, "a", places["f"].center())  # what is over has no place in the queue
    drag(panel, "f", places["a"].center())
    assert moved == [("c", 0), ("a", 2)]
    assert ids(panel.model) == ["r", "a", "b", "c", "f"]  # until the queue has changed


def test_that_a_run_is_renamed_in_its_row(panel, qtbot):
    panel.update_runs([summary("a", FINISHED, name="first")], {})
    panel.choose("a")
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_F2)
    editor = panel.list.findChild(QLineEdit)
    assert editor.text() == "first"
    qtbot.keyClicks(editor, "second")
    with qtbot.waitSignal(panel.rename_requested) as asked:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert asked.args == ["a", "second"]


def menu_of(panel: RunPanel, run_id: str) -> dict[str, tuple[str, bool]]:
    panel.choose(run_id)
    menu = panel.menu()
    return {a.objectName(): (a.text(), a.isEnabled()) for a in menu.actions() if a.objectName()}


def test_that_the_menu_offers_what_the_run_allows(panel):
    failed = summary("f", RunState.FAILED, suggestion={"batch_size": 4}, checkpoint=20)
    panel.update_runs([failed, summary("q", QUEUED), summary("r", RUNNING)], {}, ["q"])
    menu = menu_of(panel, "f")
    assert menu["retry"] == ("Try again with batch size 4", True)
    assert menu["resume"][1]
    assert menu["delete"][1]
    assert "first" not in menu
    assert menu_of(panel, "q")["first"][1]
    assert not menu_of(panel, "q")["delete"][1]
    running = menu_of(panel, "r")
    assert running["pause"][1]
    assert not running["resume"][1]
    assert "retry" not in running


@pytest.mark.parametrize("name", ["resume", "retry", "compare", "config", "folder", "delete"])
def test_that_an_entry_of_the_menu_speaks_of_the_chosen_run(panel, qtbot, name):
    best = BestScore(mDice=50, iteration=20)
    run = summary("f", RunState.FAILED, suggestion={"batch_size": 4}, checkpoint=20, best=best)
    panel.update_runs([run], {})
    panel.choose("f")
    action = next(each for each in panel.menu().actions() if each.objectName() == name)
    with qtbot.waitSignal(getattr(panel, f"{name}_requested")) as asked:
        action.trigger()
    assert asked.args == ["f"]


def test_that_the_delete_key_asks_for_a_run_that_is_over_only(panel, qtbot):
    panel.update_runs([summary("b", RUNNING), summary("a", FINISHED)], {})
    panel.list.setFocus()
    panel.choose("b")
    with qtbot.assertNotEmitted(panel.delete_requested):
        qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    panel.choose("a")
    with qtbot.waitSignal(panel.delete_requested):
        qtbot.keyClick(panel.list, Qt.Key.Key_Delete)


def test_that_deleting_says_what_is_lost_and_keeps_unless_told(qtbot):
    run = summary("a", FINISHED, name="mine", iteration=400, best=BestScore(mDice=80, iteration=9))
    dialog = DeleteDialog(run, RunContents(checkpoints=2, predictions=120, size=250_000_000))
    qtbot.addWidget(dialog)
    assert dialog.informativeText() == (
        "Lost are the curves of 400 iterations, 2 files of weights (best mDice 80.00) and "
        "120 predicted masks: 250.0 MB. This cannot be undone."
    )
    assert dialog.defaultButton() is dialog.keep_button
    dialog.open()
    with qtbot.waitSignal(dialog.delete_chosen) as chosen:
        qtbot.mouseClick(dialog.delete_button, Qt.MouseButton.LeftButton)
    assert chosen.args == ["a"]


def test_that_a_config_can_be_read_and_copied(qtbot):
    dialog = RunConfigDialog(summary("a"), "model = dict()\n")
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "model = dict()\n"
    dialog.reject()


@pytest.mark.parametrize(
    "run",
    [
        summary("a", RUNNING, iteration=1234, max_iters=40000, eta=132.0),
        summary("a", RUNNING, iteration=1234, max_iters=40000, eta=12345.0),
        summary("a", RUNNING, iteration=9, max_iters=400, silent_seconds=3500.0),
        summary("a", QUEUED),
        summary("a", RunState.PAUSED, iteration=5000, max_iters=40000, seconds=45296.0),
        summary("a", FINISHED, iteration=40000, max_iters=40000, seconds=3599.0),
    ],
)
def test_that_state_and_figures_of_a_run_fit_a_narrow_list(panel, run):
    panel.resize(232, 500)
    panel.update_runs([run, *(summary(str(n), FINISHED) for n in range(20))], {}, ["a"])
    lines = run_lines(run, None, 12)
    metrics = QFontMetrics(panel.list.font())
    row = panel.list.visualRect(panel.model.index_of("a")).width()
    room = row - 3 * 8 - 16  # margins and the tick
    assert metrics.horizontalAdvance("".join(lines.state)) + 20 + 8 <= room
    assert metrics.horizontalAdvance(lines.subtitle[1]) < room // 2 + 16


def test_that_a_silent_worker_is_told_with_words_and_a_sign_of_its_own():
    lines = run_lines(summary("a", RUNNING, iteration=9, silent_seconds=40.0))
    assert lines.state == ("No sign of life", "40 s")
    assert lines.role == "warning"
    assert lines.icon != run_lines(summary("a", RUNNING, iteration=9)).icon


def test_that_a_stale_run_says_so_in_place_of_its_time() -> None:
    run = summary("a", RunState.FINISHED, seconds=40.0, stale="3 masks changed, 1 photo changed")
    assert run_lines(run).state == ("Finished", "stale: 3 masks changed")
    assert run_lines(summary("a", RunState.FINISHED, seconds=40.0)).state == ("Finished", "40 s")
