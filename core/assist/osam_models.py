"""osam's models as the helper sees them. Loaded only by its process: osam takes long to import."""

from __future__ import annotations

import hashlib
import os
import urllib.parse
from pathlib import Path
from typing import Any

from core.assist.catalogue import MODELS, model_of
from core.assist.messages import ModelFiles, WeightFile
from core.assist.problems import AssistError, Problem

# osam takes the weights from mirrors that this variable names, if it does.
_ENDPOINTS = "OSAM_BLOB_ENDPOINT"
_BLOCK = 1 << 20


def model_type(name: str) -> Any:
    """osam's class of that name.

    Raises:
        AssistError: osam is not installed or cannot be loaded, or knows no such model.
    """
    try:
        from osam import apis
    except ImportError as error:
        raise AssistError(
            f"The AI click needs the program osam, which cannot be loaded ({error})",
            Problem.NO_PROGRAM,
            remedy="Install it with: pip install osam",
        ) from error
    if name not in {model.name for model in MODELS}:
        raise AssistError(f"There is no model called {name!r} for clicks")
    try:
        return apis.get_model_type_by_name(name)
    except ValueError as error:
        raise AssistError(
            f"This version of osam does not know the model {name!r}",
            remedy="Choose another model, or update it with: pip install -U osam",
        ) from error


def weights_of(name: str) -> list[tuple[WeightFile, str]]:
    """The files of a model with their hashes, as osam writes them (`sha256:…`).

    Raises:
        AssistError: see `model_type`.
    """
    found = []
    for blob in model_type(name)._blobs.values():  # osam has no other way to its files
        own = Path(blob.path)
        found.append((WeightFile(name=blob.filename, url=blob.url, path=own), blob.hash))
        for more in blob.attachments:
            path = own.with_name(more.filename)
            found.append((WeightFile(name=more.filename, url=more.url, path=path), more.hash))
    return found


def files_of(name: str) -> ModelFiles:
    """Where the files of a model come from and belong, and whether they are there.

    Raises:
        AssistError: see `model_type`.
    """
    weights = weights_of(name)
    first = addresses(weights[0][0].url, weights[0][1])[0]
    return ModelFiles(
        name=name,
        installed=all(file.path.is_file() for file, _ in weights),
        host=urllib.parse.urlsplit(first).netloc,
        license=model_type(name).metadata.license_name,
        files=tuple(file for file, _ in weights),
    )


def addresses(url: str, file_hash: str) -> list[str]:
    """Where osam fetches a file from: from its own address, or from mirrors that it was told of."""
    named = [entry.strip() for entry in os.environ.get(_ENDPOINTS, "").split(",")]
    digest = file_hash.split(":", maxsplit=1)[-1]
    return [
        url if entry == "direct" else f"{entry.rstrip('/')}/{digest}"
        for entry in [entry for entry in named if entry] or ["direct"]
    ]


def open_model(name: str) -> Any:
    """Load a model. Other than osam itself this fetches nothing: that takes the user's word.

    Raises:
        AssistError: the weights are missing or damaged, or cannot be loaded.
    """
    kind, title = model_type(name), model_of(name).title
    weights = weights_of(name)
    if not all(file.path.is_file() for file, _ in weights):
        raise AssistError(f"The weights of {title} are not on this computer", Problem.NO_WEIGHTS)
    for file, digest in weights:
        _verify(file, digest, title)
    offline = type(kind.__name__, (kind,), {"pull": classmethod(lambda _cls: None)})
    try:
        return offline()
    # onnxruntime raises classes of its own, one for each of its status codes.
    except Exception as error:
        raise AssistError(f"{title} cannot be loaded ({_first_line(error)})") from error


def is_intact(file: WeightFile, file_hash: str) -> bool:
    """Whether a file of weights is there and holds what it should.

    Args:
        file: The file.
        file_hash: Its hash as osam writes it (`sha256:…`).

    Raises:
        OSError: it is there and cannot be read.
    """
    algorithm, _, digest = file_hash.partition(":")
    found = hashlib.new(algorithm)
    try:
        with file.path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                found.update(block)
    except FileNotFoundError:
        return False
    return found.hexdigest() == digest


def _verify(file: WeightFile, file_hash: str, title: str) -> None:
    """What was damaged on the disk is as good as missing."""
    try:
        intact = is_intact(file, file_hash)
    except OSError as error:
        raise AssistError(
            f"The weights of {title} cannot be read ({error.strerror})", path=file.path
        ) from error
    if not intact:
        raise AssistError(
            f"The weights of {title} are damaged", Problem.NO_WEIGHTS, path=file.path,
            remedy="Fetch them once more.",
        )  # fmt: skip


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), repr(error))
