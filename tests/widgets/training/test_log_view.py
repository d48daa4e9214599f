"""The tail of a log."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from widgets.training.log_view import LogView

MANY = "".join(f"line {number}\n" for number in range(200))


@pytest.fixture
def log(qtbot: QtBot) -> LogView:
    log = LogView()
    qtbot.addWidget(log)
    log.resize(400, 120)
    with qtbot.waitExposed(log):
        log.show()
    return log


def test_that_it_follows_the_end(log):
    log.append_text(MANY)
    log.append_text("the last line\n")
    bar = log.verticalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == bar.maximum()


def test_that_it_stays_where_the_user_scrolled_to_until_scrolled_down_again(log):
    log.append_text(MANY)
    bar = log.verticalScrollBar()
    bar.setValue(10)
    log.append_text("more\n")
    assert bar.value() == 10
    bar.setValue(bar.maximum())
    log.append_text("even more\n")
    assert bar.value() == bar.maximum()


def test_that_it_follows_the_end_through_long_lines_and_more_lines_than_it_keeps(log, qtbot):
    for number in range(70):
        log.append_text(f"{'a long line ' * 40}{number}\n{MANY}")
    log.append_text("the last line")
    log.resize(300, 150)
    bar = log.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 100)
    assert log.document().blockCount() <= 5000
    assert log.toPlainText().endswith("the last line")


def test_that_halves_of_a_line_are_put_together(log):
    log.append_text("loading chec")
    log.append_text("kpoint\nready")
    assert log.toPlainText() == "loading checkpoint\nready"


def test_that_a_whole_line_does_not_run_into_half_a_line(log):
    log.append_text("loading")
    log.append_line("warning: two samples are left out")
    assert log.toPlainText() == "loading\nwarning: two samples are left out\n"


def test_that_colours_and_overwritten_progress_bars_are_left_out(log):
    log.append_text("\x1b[32mgreen\x1b[0m\r\n10 %\r20 %\r30 %\n")
    assert log.toPlainText() == "green\n30 %\n"
