"""The notice that a run has passed the goal."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from widgets.training.goal_notice import GoalNotice


@pytest.mark.parametrize("height", range(8, 24, 2))
def test_that_a_notice_without_room_is_drawn_without_complaint(qtbot, height):
    # A page that is just being laid out squeezes it; Qt's warnings fail the test.
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 60)
    notice = GoalNotice(window)
    notice.tell("r1", "Run one has passed the goal.", is_shown=False)
    window.show()
    notice.setGeometry(0, 0, 400, height)
    notice.layout().activate()
    assert not window.grab().isNull()
