"""The axes, whose pictures are kept from one redraw to the next."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, Qt
from PySide6.QtWidgets import QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from widgets.plots.axis import ValueAxis, make_plot
from widgets.plots.graphs import pg


@pytest.fixture
def plot(qtbot: QtBot) -> pg.PlotWidget:
    plot = make_plot("Dice")
    qtbot.addWidget(plot)
    plot.resize(320, 240)
    with qtbot.waitExposed(plot):
        plot.show()
    plot.getPlotItem().getViewBox().setRange(xRange=(0, 100), yRange=(0, 1), padding=0)
    return plot


def drawn(plot: pg.PlotWidget, ratio: float, paint) -> np.ndarray:
    """What `paint` draws of the left axis on a screen of that scale, shape (height, 4 * width)."""
    axis = plot.getPlotItem().getAxis("left")
    area = axis.boundingRect().toAlignedRect()
    picture = QImage(area.size() * ratio, QImage.Format.Format_RGBA8888_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.translate(-area.topLeft())
        paint(axis, painter, QStyleOptionGraphicsItem(), None)
    lines = np.frombuffer(picture.constBits(), np.uint8)
    return lines.reshape(picture.height(), picture.bytesPerLine())[:, : 4 * picture.width()].copy()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_that_a_kept_axis_is_as_sharp_as_one_drawn_anew(plot, ratio):
    plain = drawn(plot, ratio, pg.AxisItem.paint)
    assert plain.any()
    kept = drawn(plot, ratio, ValueAxis.paint)
    again = drawn(plot, ratio, ValueAxis.paint)
    assert np.abs(kept.astype(int) - plain).max() <= 8  # rounding where half-transparent
    np.testing.assert_array_equal(again, kept)


def test_that_an_axis_without_room_is_drawn_without_complaint(plot, qtlog, monkeypatch):
    axis = plot.getPlotItem().getAxis("left")
    # As a layout leaves it that has not found its sizes yet.
    monkeypatch.setattr(ValueAxis, "boundingRect", lambda _axis: QRectF(0, 0, -6, -6))
    picture = QImage(64, 64, QImage.Format.Format_RGBA8888_Premultiplied)
    with QPainter(picture) as painter:
        ValueAxis.paint(axis, painter, QStyleOptionGraphicsItem(), None)
    assert not [record.message for record in qtlog.records if "QPainter" in record.message]


def test_that_another_scale_of_the_screen_draws_the_axis_anew(plot):
    drawn(plot, 1.0, ValueAxis.paint)
    moved = drawn(plot, 2.0, ValueAxis.paint)
    assert np.abs(moved.astype(int) - drawn(plot, 2.0, pg.AxisItem.paint)).max() <= 8
