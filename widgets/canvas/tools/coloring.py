"""What a shape looks like before it is painted."""

from __future__ import annotations

from PySide6.QtGui import QColor

from widgets.canvas.tools.base import Host


def class_color(host: Host, alpha: int) -> QColor:
    """The colour of what is being painted, not opaque; white for background and ignored."""
    for info in host.classes:
        if info.index == host.current_class and info.index:
            return QColor(*info.color, alpha)
    return QColor(255, 255, 255, alpha)
