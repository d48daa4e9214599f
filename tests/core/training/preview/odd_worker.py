"""Stands for the preview worker: what it does depends on the seed it is asked with."""

from __future__ import annotations

import sys

import cv2
import numpy as np

from core.training.preview.messages import (
    AugmentedSample,
    ConfigChange,
    PreviewReply,
    ResolvedConfig,
    parse_request,
)

DIES, FAILS, HANGS = 1, 2, 3


def reply(**details) -> None:
    sys.stdout.buffer.write(PreviewReply(**details).to_line())
    sys.stdout.buffer.flush()


def main() -> None:
    for line in sys.stdin.buffer:
        request = parse_request(line)
        if request.do == "config":
            changes = (
                ConfigChange(key="lr", before="0.1", after="0.2", by="form"),
                ConfigChange(key="val_cfg", after="None", by="dataset"),
            )
            reply(id=request.id, config=ResolvedConfig(text="lr = 0.2\n", changes=changes))
            continue
        if request.seed == DIES:
            print("no memory left", file=sys.stderr)
            sys.exit(7)
        if request.seed == FAILS:
            reply(id=request.id, error="The mask is too large.")
            continue
        if request.seed == HANGS:
            continue
        request.folder.mkdir(parents=True, exist_ok=True)
        for number in range(request.count):
            photo = request.folder / f"{request.seed}-{number}.png"
            mask = request.folder / f"{request.seed}-{number}-mask.png"
            cv2.imwrite(str(photo), np.full((8, 8, 3), number * 10, np.uint8))
            cv2.imwrite(str(mask), np.eye(8, dtype=np.uint8))
            sample = AugmentedSample(name=f"s{number}", photo=photo, mask=mask)
            reply(id=request.id, sample=sample)
        reply(id=request.id, done=True)


if __name__ == "__main__":
    main()
