"""Whether a window can be opened here, asked without loading Qt (which aborts when it cannot)."""

from __future__ import annotations

import ctypes
import ctypes.util
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

_INVISIBLE = ("offscreen", "minimal", "vnc", "linuxfb")


def why_no_window(environment: Mapping[str, str], platform: str = sys.platform) -> str:
    """Say why no window can be opened; "" when one can.

    Args:
        environment: The environment variables.
        platform: As `sys.platform`.
    """
    chosen = environment.get("QT_QPA_PLATFORM", "").split(":")[0]
    if chosen in _INVISIBLE:
        return f"QT_QPA_PLATFORM is {chosen}"
    if platform in ("darwin", "win32", "cygwin"):
        return ""
    wayland, x11 = environment.get("WAYLAND_DISPLAY", ""), environment.get("DISPLAY", "")
    if wayland and _answers(Path(environment.get("XDG_RUNTIME_DIR", "/")) / wayland):
        return ""
    if x11 and _x_server_answers(x11):
        return ""
    if wayland or x11:
        return f"nothing answers at the display {x11 or wayland}"
    return "neither DISPLAY nor WAYLAND_DISPLAY is set"


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _x_server_answers(display: str) -> bool:
    """Connect as Qt's plugin does, which also tells whether we are allowed to."""
    try:
        xcb = ctypes.CDLL(ctypes.util.find_library("xcb") or "libxcb.so.1")
    except OSError:
        return False  # then Qt's plugin cannot be loaded either
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    try:
        return bool(xcb.xcb_connection_has_error(connection) == 0)
    finally:
        xcb.xcb_disconnect(connection)
