"""LabelMe files made by hand and at random, and LabelMe's own code run in a process of its own."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset.model import ClassInfo
from core.interop.labels import LabelNames

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
NAMES = LabelNames(CLASSES, 255)

# Runs where LabelMe lives: this process never imports it.
_LABELME = """
import json, pathlib, sys
import numpy as np
import labelme.utils as utils
values = {"background": 0, "cat": 1, "dog": 2, "__ignore__": 255}
for path in map(pathlib.Path, sys.argv[1:]):
    content = json.loads(path.read_text("utf-8"))
    shapes = content["shapes"]
    for shape in shapes:
        if shape.get("mask") is not None:
            shape["mask"] = utils.img_b64_to_arr(shape["mask"]).astype(bool)
    size = content["imageHeight"], content["imageWidth"]
    drawn, _ = utils.shapes_to_label(size, shapes, values)
    np.save(path.with_suffix(".npy"), drawn.astype(np.uint8))
"""


def shape(label="cat", kind="polygon", points=((1, 1), (9, 1), (5, 9)), **more):
    """One shape as it stands in a file."""
    return {
        "label": label,
        "points": [list(point) for point in points],
        "shape_type": kind,
        "group_id": None,
        "flags": {},
        **more,
    }


def content(shapes, size=(32, 48), **more):
    """A whole file as it stands on disk."""
    return {
        "version": "5.10.1",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": "photo.jpg",
        "imageData": None,
        "imageHeight": size[0],
        "imageWidth": size[1],
        **more,
    }


def text_of(*shapes, size=(32, 48), **more) -> bytes:
    return json.dumps(content(shapes, size, **more)).encode()


def mask_text(mask) -> str:
    """A mask as LabelMe keeps it: a PNG in base64."""
    stream = io.BytesIO()
    Image.fromarray(np.asarray(mask, np.uint8)).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def random_shape(rng, size):
    """A shape of any kind, partly beyond the photo at times, with whole and broken numbers."""
    height, width = size
    kind = rng.choice(
        ["polygon", "rectangle", "circle", "line", "linestrip", "point", "mask",
         "oriented_rectangle", None]
    )  # fmt: skip
    count = {
        "polygon": int(rng.integers(3, 12)), None: int(rng.integers(3, 9)),
        "rectangle": 2, "circle": 2, "line": 2, "linestrip": int(rng.integers(2, 7)),
        "point": 1, "mask": 2, "oriented_rectangle": 4,
    }[kind]  # fmt: skip
    points = rng.uniform(-0.15, 1.15, (count, 2)) * (width, height)
    if rng.random() < 0.4:
        points = np.round(points * 2) / 2
    more = {}
    if kind == "mask":
        points = np.sort(rng.uniform(0, 1, (2, 2)) * (width - 1, height - 1), axis=0)
        (left, top), (right, bottom) = points.astype(int)
        more["mask"] = mask_text(rng.random((bottom - top + 1, right - left + 1)) < 0.6)
    label = str(rng.choice(["cat", "dog", "background", "__ignore__"]))
    group = None if rng.random() < 0.5 else int(rng.integers(0, 3))
    return shape(label, kind, points.tolist(), **more) | {"group_id": group}


def drawn_by_labelme(paths: list[Path], tmp_path: Path) -> list[np.ndarray]:
    """The masks that LabelMe's own code makes of files; skips where it is not installed."""
    if importlib.util.find_spec("labelme") is None:
        pytest.skip("LabelMe is not installed (pip install labelme): nothing to compare with")
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", HOME=str(tmp_path))
    environment.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    command = [sys.executable, "-P", "-c", _LABELME, *map(str, paths)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [np.load(path.with_suffix(".npy")) for path in paths]
