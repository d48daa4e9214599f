"""The helper: `python -P -m core.assist.worker`, JSON lines on stdin and stdout.

Loaded only by its own process, for osam and onnxruntime take long to import. It answers what
`core.assist.messages` describes, and ends when its stdin closes, so that no orphan stays behind
when the program that started it dies.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

import numpy as np
from pydantic import ValidationError

from core.assist.catalogue import MODELS
from core.assist.fetching import fetch
from core.assist.messages import (
    CancelRequest,
    FetchRequest,
    LoadRequest,
    LookRequest,
    ModelsRequest,
    ProposeRequest,
    Reply,
    Request,
    parse_request,
)
from core.assist.osam_models import files_of
from core.assist.predictor import Predictor
from core.assist.problems import AssistError, Problem
from core.errors import PetsegError
from core.images import Array

# What a fetch may take to throw away what it has, once nobody listens any more.
_GRACE_SECONDS = 2.0

Asked = ModelsRequest | LoadRequest | LookRequest | ProposeRequest


class AssistWorker:
    """Answers requests: questions to the model one at a time, fetches beside them.

    Args:
        replies: Where the answers go.
    """

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._lock = threading.Lock()
        self._predictor = Predictor()
        self._inbox: queue.Queue[Asked] = queue.Queue()
        self._dropped: set[int] = set()
        self._fetches: dict[int, tuple[threading.Thread, threading.Event]] = {}

    def serve(self, requests: BinaryIO) -> None:
        """Answer everything that comes on `requests`; the end of it ends the process."""
        reader = threading.Thread(target=self._read, args=(requests,), name="requests", daemon=True)
        reader.start()
        while True:
            request = self._inbox.get()
            if request.id not in self._dropped:
                self._guarded(request.id, partial(self._answer, request))
            self._dropped.discard(request.id)

    def _read(self, requests: BinaryIO) -> None:
        for line in requests:
            try:
                message = parse_request(line)
            except ValidationError as error:
                print(f"Not a request: {error}", file=sys.stderr)  # noqa: T201 - stderr is the log
                continue
            self._take(message)
        self._end()

    def _take(self, message: Request) -> None:
        if isinstance(message, CancelRequest):
            fetch_of_it = self._fetches.get(message.id)
            if fetch_of_it is not None:
                fetch_of_it[1].set()
            else:
                self._dropped.add(message.id)
        elif isinstance(message, FetchRequest):
            cancel = threading.Event()
            thread = threading.Thread(
                target=self._fetch, args=(message, cancel), name="fetch", daemon=True
            )
            self._fetches[message.id] = thread, cancel
            thread.start()
        else:
            self._inbox.put(message)

    def _end(self) -> None:
        """Leave at once, whatever the model is at; only what fetches have begun is cleared away."""
        fetches = list(self._fetches.values())
        for _, cancel in fetches:
            cancel.set()
        give_up = time.monotonic() + _GRACE_SECONDS
        for thread, _ in fetches:
            thread.join(max(give_up - time.monotonic(), 0.0))
        sys.stderr.flush()
        os._exit(0)

    def _fetch(self, request: FetchRequest, cancel: threading.Event) -> None:
        def report(done: int, total: int) -> None:
            self._reply(Reply(id=request.id, progress=(done, total)))

        def work() -> Reply:
            fetch(request.model, report, cancel)
            return Reply(id=request.id, done=True)

        self._guarded(request.id, work)
        del self._fetches[request.id]

    def _answer(self, request: Asked) -> Reply:
        predictor = self._predictor
        if isinstance(request, ModelsRequest):
            return Reply(id=request.id, models=tuple(files_of(model.name) for model in MODELS))
        if isinstance(request, ProposeRequest):
            proposal = predictor.propose(request.model, request.key, request.points, request.labels)
            return Reply(id=request.id, proposal=proposal)
        if isinstance(request, LookRequest):
            predictor.look(request.model, request.key, lambda: _photo(request))
        else:
            predictor.load(request.model)
        return Reply(id=request.id, done=True)

    def _guarded(self, request_id: int, work: Callable[[], Reply]) -> None:
        try:
            reply = work()
        except AssistError as problem:
            reply = Reply(id=request_id, error=str(problem), kind=problem.kind)
        except PetsegError as problem:
            reply = Reply(id=request_id, error=str(problem), kind=Problem.OTHER)
        # The last border before the user: whatever happens inside becomes one sentence, and the
        # details go to stderr, which the client keeps.
        except Exception as error:
            traceback.print_exc()
            sentence = f"The model failed ({type(error).__name__}: {_short(str(error))})."
            reply = Reply(id=request_id, error=sentence, kind=Problem.OTHER)
        self._reply(reply)

    def _reply(self, reply: Reply) -> None:
        try:
            with self._lock:
                self._replies.write(reply.to_line())
                self._replies.flush()
        except BrokenPipeError:
            os._exit(0)  # nobody listens any more


def _photo(request: LookRequest) -> Array:
    try:
        image = np.load(request.image, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise AssistError(f"The photo did not get through ({error})") from error
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise AssistError("The photo is not one of three channels of 8 bits")
    result: Array = image
    return result


def _short(text: str) -> str:
    return " ".join(text.split())[:200]


def main() -> None:
    """Serve on stdin and stdout."""
    # Libraries print. The real stdout is kept for replies, and number 1 becomes stderr, where
    # osam's log goes as well.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    AssistWorker(replies).serve(sys.stdin.buffer)


if __name__ == "__main__":
    main()
