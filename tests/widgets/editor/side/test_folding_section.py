"""A group under a heading that folds it away."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from widgets.editor.side.folding_section import FoldingSection


@pytest.mark.parametrize("is_folded", [False, True])
def test_that_heading_and_content_stay_at_the_top_of_more_room_than_they_need(qtbot, is_folded):
    content = QWidget()
    content.setMaximumHeight(80)
    section = FoldingSection("Flags", content)
    qtbot.addWidget(section)
    section.fold(is_folded)
    section.resize(280, 900)
    section.show()
    qtbot.waitExposed(section)
    assert section.heading.y() == 0
    assert is_folded or content.y() <= section.heading.height() + 8


def test_that_content_without_a_limit_takes_all_the_room(qtbot):
    content = QWidget()
    section = FoldingSection("Flags", content)
    qtbot.addWidget(section)
    section.resize(280, 900)
    section.show()
    qtbot.waitExposed(section)
    assert content.geometry().bottom() >= 890
