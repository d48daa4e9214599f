"""A worker that trains nothing, quickly; what it does is in the name of its run.

`endless` goes on until it is asked to stop; `dies` ends without a word after ten iterations; any
other finishes after forty iterations.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from core.runs.control import read_request
from core.runs.events import EventWriter, Finished, Message, Stopped
from core.runs.progress import RunProgress
from core.runs.store import Run
from tests.making_runs import iteration, started, validation


def main(folder: Path) -> None:
    """Work on the run in `folder`."""
    name = Run(folder).name
    length = 1_000_000 if name.startswith("endless") else 40
    progress = RunProgress()
    sys.stdout.write(f"worker of {name}\n")
    sys.stdout.flush()
    with EventWriter(folder / "events.jsonl") as events:
        events.write(started(length).model_copy(update={"pid": os.getpid()}))
        events.write(Message(text="pretending to train"))
        for number in range(1, length + 1):
            events.write(iteration(number, 1 / number, max_iters=length))
            if number == 10 and name.startswith("dies"):
                sys.stdout.write("out of luck\n")
                sys.stdout.flush()
                os._exit(3)
            if number % 20 == 0 and number < 1000:
                event = validation(number, 60 + number / 2)
                progress.add(event)
                events.write(event)
            if read_request(folder) == "stop":
                events.write(Stopped(iteration=number, reason="stop", best=progress.best))
                return
            time.sleep(0.005)
        events.write(Finished(iteration=length, seconds=1.0, best=progress.best))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
