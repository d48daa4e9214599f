"""A worker that trains nothing, quickly; what it does is in the name of its run.

`endless` goes on until it is asked to stop or to pause; `dies` ends without a word after ten
iterations; `greedy` finds the memory too small for any batch but 4; any other finishes after forty
iterations. One that is resumed goes on from its last checkpoint.
"""

from __future__ import annotations

import os
import sys
import time
import zipfile
from pathlib import Path

from core.runs.checkpoint_files import iteration_of, last_checkpoint
from core.runs.control import read_request
from core.runs.events import (
    Checkpoint,
    EventWriter,
    Failed,
    Finished,
    Message,
    Paused,
    Stopped,
)
from core.runs.progress import RunProgress
from core.runs.store import Run
from tests.making_runs import iteration, started, validation


def main(folder: Path) -> None:
    """Work on the run in `folder`."""
    run = Run(folder)
    name = run.name
    length = 1_000_000 if name.startswith("endless") else 40
    checkpoint = last_checkpoint(run.checkpoints_dir)
    done = 0 if checkpoint is None else iteration_of(checkpoint)
    progress = RunProgress()
    sys.stdout.write(f"worker of {name}\n")
    sys.stdout.flush()
    with EventWriter(folder / "events.jsonl") as events:
        events.write(started(length, done).model_copy(update={"pid": os.getpid()}))
        events.write(Message(text="pretending to train"))
        if name.startswith("greedy") and run.overrides.get("batch_size") != 4:
            events.write(Failed(reason="No memory.", suggestion={"batch_size": 4}))
            return
        for number in range(done + 1, length + 1):
            events.write(iteration(number, 1 / number, max_iters=length))
            if number == 10 and name.startswith("dies"):
                sys.stdout.write("out of luck\n")
                sys.stdout.flush()
                os._exit(3)
            if number % 20 == 0 and number < 1000:
                event = validation(number, 60 + number / 2)
                progress.add(event)
                events.write(event)
            match read_request(folder):
                case "stop":
                    _save(folder, number, events)
                    events.write(Stopped(iteration=number, reason="stop", best=progress.best))
                    return
                case "pause":
                    _save(folder, number, events)
                    events.write(Paused(iteration=number, best=progress.best))
                    return
                case _:
                    time.sleep(0.005)
        events.write(Finished(iteration=length, seconds=1.0, best=progress.best))


def _save(folder: Path, number: int, events: EventWriter) -> None:
    path = folder / "checkpoints" / f"iter_{number}.pth"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights", "none")
    events.write(Checkpoint(iteration=number, path=path.relative_to(folder).as_posix()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
