"""The marks of the AI click: what was clicked and boxed, and words beside it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.assist.prompt import Box, Click, Proposal
from widgets.canvas import marks
from widgets.canvas.tools.looking.assistant import Assistant, State
from widgets.canvas.transform import Placement

_RADIUS = 8.0
_SIGN = 4.0
# Marks lie on photos, not on the theme's surfaces: their colours are the same in every theme.
_BRIGHT, _DARK = QColor(255, 255, 255), QColor(20, 20, 20)


def frame_of(box: Box, placement: Placement) -> QRectF:
    """Where a box is drawn in the view."""
    return QRectF(placement.to_view(box.left, box.top), placement.to_view(box.right, box.bottom))


def area_of(clicks: Iterable[Click], box: Box | None, placement: Placement) -> QRect:
    """The part of the view that clicks and a box are drawn on."""
    shown = QRect()
    for click in clicks:
        shown = shown.united(_circle(placement.to_view(click.x, click.y)).toAlignedRect())
    if box is not None:
        shown = shown.united(frame_of(box, placement).toAlignedRect())
    return shown


def draw(painter: QPainter, clicks: Iterable[Click], box: Box | None, placement: Placement) -> None:
    """Draw a box, dashed, and clicks: a plus on what is wanted, a minus on what is not."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if box is not None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dark, bright = marks.two_tone(1.5)
        bright.setStyle(Qt.PenStyle.DashLine)
        for pen in (dark, bright):
            painter.setPen(pen)
            painter.drawRect(frame_of(box, placement))
    for click in clicks:
        _draw_click(painter, placement.to_view(click.x, click.y), click.positive)


def words_beside(
    assistant: Assistant, proposal: Proposal | None, class_name: str, *, is_waiting: bool
) -> list[str]:
    """What stands beside clicks.

    Args:
        assistant: What was asked.
        proposal: What it has answered last.
        class_name: What the proposal would become.
        is_waiting: Whether an answer is to come.
    """
    if assistant.state in (State.STARTING, State.LOOKING):
        return [assistant.words]
    if is_waiting:
        return ["Asking the model …"]
    if proposal is None:
        return [assistant.words or "Now click the object itself"]
    if proposal.region.is_empty:
        return ["No object found here", "Click elsewhere, or Backspace takes the click back"]
    score = "" if proposal.score is None else f" · score {proposal.score:.2f}"
    return [f"{class_name}?{score}", "Enter takes it · Esc drops it"]


def _circle(center: QPointF) -> QRectF:
    return QRectF(center.x() - _RADIUS, center.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)


def _draw_click(painter: QPainter, center: QPointF, positive: bool) -> None:
    """A bright disc with a plus, or a dark one with a minus: told apart without any colour."""
    ground, sign = (_BRIGHT, _DARK) if positive else (_DARK, _BRIGHT)
    painter.setPen(QPen(sign, 1.5))
    painter.setBrush(ground)
    painter.drawEllipse(_circle(center))
    painter.setPen(QPen(sign, 2.0))
    painter.drawLine(center - QPointF(_SIGN, 0), center + QPointF(_SIGN, 0))
    if positive:
        painter.drawLine(center - QPointF(0, _SIGN), center + QPointF(0, _SIGN))
