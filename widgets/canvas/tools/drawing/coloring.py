"""What a shape looks like before it is painted."""

from __future__ import annotations

from PySide6.QtGui import QColor

from widgets.canvas.tools.base import Host

_LIGHT = 0.55


def class_color(host: Host, alpha: int) -> QColor:
    """The colour of what is being painted, not opaque; white for background and ignored."""
    for info in host.classes:
        if info.index == host.current_class and info.index:
            return QColor(*info.color, alpha)
    return QColor(255, 255, 255, alpha)


def line_color(host: Host) -> QColor:
    """The colour of what is being painted, light enough for a thin line beside a dark one."""
    color = class_color(host, 255)
    hue = max(color.hslHueF(), 0.0)  # -1 for grey
    return QColor.fromHslF(hue, color.hslSaturationF(), max(color.lightnessF(), _LIGHT))
