"""The prediction worker: `python -P -m core.evaluation.predicting.worker`.

It speaks JSON lines on stdin and stdout (see `messages`) and is loaded only by its own process. It
keeps one model loaded, answers one request after the other, and ends when its stdin closes, so that
no orphan stays behind when the program that started it dies.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pydantic import ValidationError

from core.errors import PetsegError
from core.evaluation.predicting.checkpoints import CheckpointFile, checkpoint_of
from core.evaluation.predicting.job import PredictionJob
from core.evaluation.predicting.messages import CancelRequest, PredictRequest, Reply, parse_request

if TYPE_CHECKING:
    from core.evaluation.predicting.segmenter import Segmenter

# How long a batch may still take after stdin has closed, before the process ends itself.
_GRACE_SECONDS = 10.0


class PredictionWorker:
    """Answers requests, one at a time, with one model kept loaded.

    Args:
        replies: Where the answers go.
    """

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._lock = threading.Lock()
        # One event a request: a cancel that comes late must not end the request after it.
        self._cancels: dict[int, threading.Event] = {}
        self._inbox: queue.Queue[PredictRequest | None] = queue.Queue()
        self._loaded: tuple[tuple[Path, CheckpointFile, str], Segmenter] | None = None

    def serve(self, requests: BinaryIO) -> None:
        """Answer everything that comes on `requests`, until it ends."""
        reader = threading.Thread(target=self._read, args=(requests,), name="requests", daemon=True)
        reader.start()
        while (request := self._inbox.get()) is not None:
            self._answer(request)

    def _read(self, requests: BinaryIO) -> None:
        for line in requests:
            try:
                message = parse_request(line)
            except ValidationError as error:
                print(f"Not a request: {error}", file=sys.stderr)  # noqa: T201 - stderr is the log
                continue
            if isinstance(message, CancelRequest):
                self._cancel_all()
            else:
                self._cancels[message.id] = threading.Event()
                self._inbox.put(message)
        self._cancel_all()
        self._inbox.put(None)
        timer = threading.Timer(_GRACE_SECONDS, os._exit, (0,))
        timer.daemon = True
        timer.start()

    def _cancel_all(self) -> None:
        for event in list(self._cancels.values()):
            event.set()

    def _answer(self, request: PredictRequest) -> None:
        def report(done: int, total: int) -> None:
            self._reply(Reply(id=request.id, progress=(done, total)))

        try:
            checkpoint = checkpoint_of(request.run)
            result = PredictionJob(
                request,
                checkpoint,
                load=lambda: self._segmenter(request, checkpoint),
                report=lambda done, total: self._reply(
                    Reply(id=request.id, progress=(done, total))
                ),
                say=lambda text: self._reply(Reply(id=request.id, message=text)),
                cancelled=self._cancels[request.id].is_set,
            ).run()
        except PetsegError as error:
            self._reply(Reply(id=request.id, error=str(error)))
        # The last border before the user: whatever happens inside becomes one sentence, and the
        # details go to stderr, which the client keeps.
        except Exception as error:
            traceback.print_exc()
            sentence = f"The prediction failed ({type(error).__name__}: {error})."
            self._reply(Reply(id=request.id, error=sentence))
        else:
            self._reply(Reply(id=request.id, done=result))
        finally:
            del self._cancels[request.id]

    def _segmenter(self, request: PredictRequest, checkpoint: CheckpointFile) -> Segmenter:
        key = (request.run, checkpoint, request.device)
        if self._loaded is not None and self._loaded[0] == key:
            return self._loaded[1]
        self._loaded = None  # frees the memory of the last model before the next one is built
        self._reply(Reply(id=request.id, message="Loading the model"))
        try:
            from core.evaluation.predicting.segmenter import Segmenter
        except (ImportError, OSError) as error:
            traceback.print_exc()
            raise PetsegError(
                f"PyTorch or MMSegmentation cannot be loaded ({error})",
                remedy="Install the program again (`make run` does), then predict once more.",
            ) from error
        segmenter = Segmenter(request.run, checkpoint, request.device)
        self._loaded = key, segmenter
        return segmenter

    def _reply(self, reply: Reply) -> None:
        with self._lock:
            self._replies.write(reply.to_line())
            self._replies.flush()


def main() -> None:
    """Serve on stdin and stdout."""
    # Libraries print. The real stdout is kept for replies, and number 1 becomes stderr.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        PredictionWorker(replies).serve(sys.stdin.buffer)
    except BrokenPipeError:
        pass  # nobody listens any more, which ends the service just as well
    sys.stderr.flush()
    # Everything is on disk; taking torch apart would keep a closing window waiting for seconds.
    os._exit(0)


if __name__ == "__main__":
    main()
