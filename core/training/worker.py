"""The worker process of a run: `python -P -m core.training.worker RUN_DIR`.

It keeps the promise that a run's events end with a terminal one whatever happens, short of the
process being killed. Torch is imported inside, so that even a broken installation is reported as an
event.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType

from core.errors import PetsegError
from core.runs.checkpoint_files import iteration_of, last_checkpoint
from core.runs.control import read_request
from core.runs.events import (
    Event,
    EventTail,
    EventWriter,
    Failed,
    Finished,
    Paused,
    Stopped,
    read_events,
)
from core.runs.progress import RunProgress
from core.runs.record import load_record
from core.runs.store import Run
from core.runs.worker_file import write_worker_file
from core.training.failure import import_failure, is_lost_peer, reason_for

_PACKAGES = ("torch", "mmengine", "mmcv", "mmseg")


class _Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


class SilentEvents(EventWriter):
    """What the other processes of a run write to: the first one speaks for all."""

    def __init__(self) -> None:
        pass

    def write(self, event: Event) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def main(arguments: list[str] | None = None) -> int:
    """Work on the run whose folder is given.

    Returns:
        0 when the run finished, was stopped or paused, 1 when it failed.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1:
        sys.stderr.write("usage: python -P -m core.training.worker RUN_DIR\n")
        return 2
    folder = Path(arguments[0]).resolve()
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    with EventWriter(folder / "events.jsonl") as events:
        end: Event = Failed(reason="The worker ended without saying why.")
        is_bystander = False
        try:
            signal.signal(signal.SIGTERM, _on_terminate)
            if world == 1:
                write_worker_file(folder, os.getpid())  # of several, it names the one above them
            end = _work(folder, events if rank == 0 else SilentEvents())
        except _Terminated:
            is_cancelled = read_request(folder) == "cancel"
            end = _cancelled(folder) if is_cancelled else _ended_from_outside(folder)
            # Without a request it is torchrun that ends us, because another process died.
            is_bystander = world > 1 and not is_cancelled
        except BaseException as error:
            end = _failure(error, rank, world)
            is_bystander = world > 1 and is_lost_peer(error)
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if not is_bystander and _has_to_tell(folder, end, rank, world):
                events.write(end)
    if rank == 0:
        _note_end(folder)
    return 1 if isinstance(end, Failed) or is_bystander else 0


def _work(folder: Path, events: EventWriter) -> Event:
    record = load_record(folder)
    _prepare_environment(record.device)
    for package in _PACKAGES:
        try:
            importlib.import_module(package)
        except Exception as error:
            # A damaged package may raise anything while it is imported.
            traceback.print_exc()
            return Failed(reason=import_failure(package, error))
    from core.training.engine.requests import Cancelled
    from core.training.engine.session import train

    try:
        outcome = train(folder, events)
    except Cancelled:
        return _cancelled(folder)
    iteration, seconds, best = outcome.iteration, outcome.seconds, outcome.best
    match outcome.ending:
        case "stop":
            return Stopped(iteration=iteration, reason="stop", seconds=seconds, best=best)
        case "pause":
            return Paused(iteration=iteration, seconds=seconds, best=best)
        case _:
            return Finished(iteration=iteration, seconds=seconds, best=best)


def _prepare_environment(wanted: str) -> None:
    """Set what torch reads once, when it is imported."""
    # Threads of torch that wait for each other sleep instead of spinning: on an idle machine that
    # costs little, and beside a busy window or another job it makes a step several times faster.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # CUDA sees only the device that was asked for; several processes were given theirs.
    os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    if wanted == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    elif wanted.startswith("cuda:") and "LOCAL_RANK" not in os.environ:
        os.environ["CUDA_VISIBLE_DEVICES"] = wanted.removeprefix("cuda:")


def _on_terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated


def _cancelled(folder: Path) -> Stopped:
    return Stopped(iteration=_iteration(folder), reason="cancel")


def _ended_from_outside(folder: Path) -> Failed:
    """The end of a worker that was told to end by nobody here."""
    checkpoint = last_checkpoint(Run(folder).checkpoints_dir)
    if checkpoint is None:
        way_on = "It had no checkpoint yet: start it again."
    else:
        way_on = f"Resume it to go on from iteration {iteration_of(checkpoint)}."
    return Failed(
        reason="The system or another program told the worker to end (SIGTERM), as it happens when "
        f"you log out or the machine shuts down. {way_on}"
    )


def _has_to_tell(folder: Path, end: Event, rank: int, world: int) -> bool:
    """Whether this process is the one that says how the run ended.

    Of several processes the first one does, unless another failed before: then all end, and the
    cause is what that one said.
    """
    if world == 1:
        return True
    if rank > 0 and not isinstance(end, Failed):
        return False
    told = EventTail(folder / "events.jsonl", load_record(folder).events_from).read()
    return not any(event.terminal for event in told)


def _failure(error: BaseException, rank: int = 0, world: int = 1) -> Failed:
    if isinstance(error, PetsegError):
        sys.stderr.write(f"{error}\n")
        return Failed(reason=str(error), suggestion=getattr(error, "suggestion", None))
    text = "".join(traceback.format_exception(error))
    sys.stderr.write(text)
    where = f"Process {rank + 1} of {world}: " if world > 1 else ""
    return Failed(reason=where + reason_for(error), traceback=text)


def _iteration(folder: Path) -> int:
    progress = RunProgress()
    for event in read_events(folder / "events.jsonl"):
        progress.add(event)
    return progress.iteration


def _note_end(folder: Path) -> None:
    """Write the end into run.json too, in case nobody supervises the run."""
    run = Run(folder)
    progress = run.progress()
    if progress.ended is not None:
        run.update(state=progress.ended, reason=progress.reason, best=progress.best)


if __name__ == "__main__":
    sys.exit(main())
