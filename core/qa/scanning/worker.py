"""A process that measures samples for a scan; see `core.qa.scanning.peers`.

It ends with its input.
"""

from __future__ import annotations

import gc
import pickle
import signal
import sys

import cv2

from core.memory import keep_freed_memory
from core.qa.scanning.examining import examine


def main() -> None:
    """Answer lists of `Wanted` with lists of `Examined` until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a scan ends
    cv2.setNumThreads(1)
    keep_freed_memory()
    gc.disable()  # measuring makes no cycles
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not come between the answers.
    sys.stdout = sys.stderr
    dataset, label_set, plan = pickle.load(questions)  # noqa: S301 - from our parent
    while True:
        try:
            wanted = pickle.load(questions)  # noqa: S301 - from our parent
        except EOFError:
            return
        found = [examine(dataset, label_set, plan, each) for each in wanted]
        pickle.dump(found, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    main()
