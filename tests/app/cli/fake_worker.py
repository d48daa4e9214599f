"""A worker that trains nothing: a run named `holder` goes on until it is stopped, others finish."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from core.runs.control import read_request
from core.runs.events import EventWriter, Finished, Started, Stopped
from core.runs.store import Run


def main(folder: Path) -> None:
    """Work on the run in `folder`."""
    with EventWriter(folder / "events.jsonl") as events:
        events.write(Started(pid=0, device="cpu", max_iters=1, total_samples=1))
        if Run(folder).name != "holder":
            events.write(Finished(iteration=1, seconds=0.0))
            return
        while read_request(folder) is None:
            time.sleep(0.01)
        events.write(Stopped(iteration=1, reason="stop"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
