"""The real worker; each of several processes leaves a digest of its weights in the run's folder."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from core.training.engine.runner import WorkbenchRunner
from core.training.worker import main

_train = WorkbenchRunner.train


def _train_and_tell(self: WorkbenchRunner):
    result = _train(self)
    digest = hashlib.sha256()
    # Without buffers: on the CPU the statistics of batch norm are each process's own.
    for parameter in self.model.parameters():
        digest.update(parameter.detach().numpy().tobytes())
    Path(sys.argv[1], f"weights_{os.environ['RANK']}").write_text(digest.hexdigest())
    return result


if __name__ == "__main__":
    WorkbenchRunner.train = _train_and_tell
    sys.exit(main())
