"""Widgets laid out like words."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from widgets.flow_layout import FlowBox


def test_that_what_does_not_fit_goes_on_in_the_next_line(qtbot):
    box = FlowBox(spacing=4)
    qtbot.addWidget(box)
    labels = [QLabel("0") for _ in range(6)]
    for label in labels:
        label.setFixedSize(50, 20)
        box.add(label)
    box.resize(170, 10)
    with qtbot.waitExposed(box):
        box.show()
    box.settle()
    assert [(label.x(), label.y()) for label in labels] == [
        (0, 0), (54, 0), (108, 0), (0, 24), (54, 24), (108, 24),
    ]  # fmt: skip
    assert box.height() == 44
    box.resize(400, 10)
    assert box.height() == 20


def test_that_a_cleared_box_is_empty(qtbot):
    box = FlowBox()
    qtbot.addWidget(box)
    box.add(QLabel("gone"))
    box.clear()
    box.settle()
    assert box.height() == 0


def test_that_what_is_added_to_a_visible_box_counts_at_once(qtbot):
    box = FlowBox()
    qtbot.addWidget(box)
    box.resize(60, 10)
    box.show()
    for _ in range(2):
        label = QLabel("new")
        label.setFixedSize(50, 20)
        box.add(label)
    box.settle()
    assert box.height() == 48


def test_that_a_child_that_becomes_smaller_leaves_no_gap(qtbot):
    box = FlowBox(spacing=4)
    qtbot.addWidget(box)
    labels = [QLabel("0"), QLabel("1")]
    for label in labels:
        label.setFixedSize(60, 20)
        box.add(label)
    box.resize(100, 10)
    with qtbot.waitExposed(box):
        box.show()
    assert box.height() == 44
    labels[1].setFixedSize(30, 20)
    qtbot.waitUntil(lambda: box.height() == 20)
