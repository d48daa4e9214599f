"""What `make run` starts: the window on the demo, or the same loop as commands."""

from __future__ import annotations

import os
import sys

from app.cli.display import why_no_window
from app.cli.errors import DONE, FAILED, JobFailed, complain
from app.cli.progress import note
from core.errors import PetsegError


def main() -> int:
    """Open the window if there is a display, else run the loop; return an exit code."""
    reason = why_no_window(os.environ)
    if not reason:
        note("Opening the window; `petseg-gui DATASET` opens it on a dataset of your own.")
        os.execv(sys.executable, [sys.executable, "-P", "-m", "app.gui", "--demo"])
    note(f"There is no display here ({reason}), so the loop runs as commands instead of a window.")

    from app.cli.headless_loop import run_loop
    from core.demo.location import demo_folder

    try:
        run_loop(demo_folder())
    except JobFailed as failure:
        return failure.code  # the command that failed has said why
    except PetsegError as error:
        complain(str(error))
        return FAILED
    return DONE


if __name__ == "__main__":
    sys.exit(main())
