"""Where the demo of this user lies: one place for the window and the commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import platformdirs

from core.demo import DEFECTS_FILE


def demo_folder() -> Path:
    """The folder of the user's demo dataset; it need not exist yet."""
    return platformdirs.user_data_path("petseg") / "demo"


def make_demo_if_absent(
    folder: Path, *, on_progress: Callable[[int, int], None] | None = None
) -> bool:
    """Draw the demo into `folder`, unless it is there: then it is left as the user made it.

    Args:
        folder: Where the demo belongs, as `demo_folder` tells.
        on_progress: Called with (images drawn, images in all).

    Returns:
        Whether it was drawn.

    Raises:
        PetsegError: the folder cannot be written.
    """
    # Only whoever draws needs the drawing, which is slow to load.
    from core.demo.dataset import make_demo

    # The list of defects is written last: a drawing that was cut off is drawn again.
    if (folder / DEFECTS_FILE).is_file():
        return False
    make_demo(folder, on_progress=on_progress)
    return True
