"""Masks lent to LabelMe: each goes out as a file beside a copy of its photo, and comes back.

One loan is a folder of its own below the workspace, `labelme/<label set>/<number>/`, with a folder
per split in it. LabelMe sees nothing but that folder; what it saves there is taken over only when
the user says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

from core.dataset.model import Dataset, Sample
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import atomic_write, atomic_write_text, content_hash, read_bytes
from core.images import Array
from core.interop.label_sets import size_of_photo
from core.interop.labelme.reading import DrawnMask, draw
from core.interop.labelme.shapes import parse_label_file
from core.interop.labelme.writing import label_json, mask_shapes
from core.interop.labels import LabelNames
from core.interop.problems import Problem

FOLDER = "labelme"
STATE_FILE = "loan.json"

Progress = Callable[[int, int], None]


class Exchange:
    """One mask that LabelMe has been given.

    Args:
        sample: The sample; it has a photo.
        label_set: Which of its masks.
        folder: Where photo and file go.
        names: Which label is which value.
    """

    def __init__(self, sample: Sample, label_set: str, folder: Path, names: LabelNames) -> None:
        self.sample = sample
        self.label_set = label_set
        stem = _part(sample.stem)
        while (folder / f"{stem}.json").exists():  # of two names that differ in odd signs only
            stem += "_"
        self.path = folder / f"{stem}.json"
        self._names = names
        self._seen = ""
        self._known = ""
        self._lent = ""
        self._size: tuple[int, int] | None = None

    def out(self, mask: Array) -> Path:
        """Put the photo and the mask where LabelMe finds them.

        Args:
            mask: Class indices, uint8 H×W, of the photo's size.

        Returns:
            The LabelMe file.

        Raises:
            PetsegError: there is no photo or one of another size, or nothing can be written.
        """
        photo = self.sample.image
        if photo is None:
            raise PetsegError(
                f"{self.sample.id} has no photo", remedy="LabelMe can only draw on a photo."
            )
        data = read_bytes(photo)
        size = size_of_photo(self.sample)
        if size != mask.shape:
            raise PetsegError(
                f"The mask of {self.sample.id} has another size than its photo",
                path=photo,
                remedy="Show the sample in the editor and resize the mask first.",
            )
        target = self.path.with_suffix(photo.suffix.lower())
        text = label_json(mask_shapes(mask, self._names), target.name, mask.shape)
        atomic_write(target, data)
        atomic_write(self.path, text)
        self._size, self._lent = size, fingerprint(mask)
        self._seen = self._known = content_hash(text)
        return self.path

    def changed(self) -> bool:
        """Whether LabelMe has saved the file since it went out or was read last."""
        return self._hash() not in ("", self._seen)

    def is_undecided(self) -> bool:
        """Whether the file holds something that was neither taken over nor left."""
        return self._hash() not in ("", self._known)

    def _hash(self) -> str:
        """Of the file; "" when it was deleted in LabelMe or is being replaced just now."""
        try:
            return content_hash(read_bytes(self.path))
        except PetsegError:
            return ""

    def read(self) -> DrawnMask:
        """The mask as LabelMe saved it; it counts as seen then, but not as decided on.

        Raises:
            PetsegError: the file is missing or damaged, or was drawn on another photo.
        """
        data = read_bytes(self.path)
        drawn = draw(parse_label_file(data, self.path), self._names, self._size, self.path)
        self._seen = content_hash(data)
        return drawn

    def decided(self) -> None:
        """Note that what was read last was taken over or left: it need not be kept."""
        self._known = self._seen

    def differs_from_lent(self, mask: Array) -> bool:
        """Whether a mask is another one than what was given to LabelMe: edited here meanwhile."""
        return fingerprint(mask) != self._lent

    @property
    def state(self) -> dict[str, str]:
        """What has to be remembered of it, besides where it lies."""
        return {
            "sample": self.sample.id,
            "label_set": self.label_set,
            "file": self.path.name,
            "known": self._known,
            "lent": self._lent,
        }

    def recall(self, state: Mapping[str, str]) -> None:
        """Go on from a state that was remembered.

        Raises:
            PetsegError: the photo cannot be read any more.
        """
        self.path = self.path.with_name(PureWindowsPath(state["file"]).name)
        self._seen = self._known = state["known"]
        self._lent = state["lent"]
        self._size = size_of_photo(self.sample)

    def taken(self, mask: Array) -> None:
        """Note that a mask was taken over: it is what both sides have now."""
        self._lent = fingerprint(mask)
        self.decided()


@dataclass
class Loan:
    """What was given to LabelMe at once.

    Attributes:
        folder: The folder LabelMe works in.
        exchanges: One per mask.
        problems: Samples that could not be lent, and why.
        pid: LabelMe's process; 0 when it is not known.
        created: When that process was started, in seconds since 1970.
        is_whole: Whether all that is in the folder is known.
    """

    folder: Path
    exchanges: list[Exchange] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    pid: int = 0
    created: float = 0.0
    is_whole: bool = True

    @property
    def target(self) -> Path:
        """What LabelMe is to open: the file, or the folder where there are several."""
        return self.exchanges[0].path if len(self.exchanges) == 1 else self.folder

    def remember(self, pid: int = 0, created: float = 0.0) -> None:
        """Write down what was lent, so that a later start of this program can take it over.

        Args:
            pid: LabelMe's process; 0 to keep what was written before.
            created: When it was started, in seconds since 1970.

        Raises:
            PetsegError: it cannot be written.
        """
        if pid:
            self.pid, self.created = pid, created
        states = [exchange.state for exchange in self.exchanges]
        content = {"pid": self.pid, "created": self.created, "exchanges": states}
        if self.folder.is_dir():
            atomic_write_text(self.folder / STATE_FILE, json.dumps(content))

    def settle(self) -> None:
        """LabelMe has ended: remove the folder, unless something in it is not decided on."""
        if self.is_whole and not any(exchange.is_undecided() for exchange in self.exchanges):
            _remove(self.folder)


def lend(
    dataset: Dataset,
    workspace: Workspace,
    label_set: str,
    masks: Iterable[tuple[str, Callable[[], Array]]],
    total: int,
    *,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Loan:
    """Put masks and photos into a new folder for LabelMe.

    Args:
        dataset: The dataset.
        workspace: Its workspace, below which the folder is made.
        label_set: Which masks.
        masks: For each sample its id and what gives its mask, which may raise `PetsegError`.
        total: How many they are.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked between samples; True ends the work with what is done.

    Returns:
        What was lent; samples that could not be are among its problems.

    Raises:
        PetsegError: the folder cannot be made.
    """
    loan = Loan(_new_folder(workspace.path / FOLDER / _part(label_set)))
    names = LabelNames(dataset.classes, dataset.ignore_index)
    for done, (sample_id, mask_of) in enumerate(masks, 1):
        if cancelled():
            break
        try:
            sample = dataset.sample(sample_id)
            place = loan.folder / _part(sample.split) if sample.split else loan.folder
            exchange = Exchange(sample, label_set, place, names)
            exchange.out(mask_of())
            loan.exchanges.append(exchange)
        except PetsegError as error:
            loan.problems.append((sample_id, Problem(error.what, error.remedy)))
        if on_progress is not None:
            on_progress(done, total)
    if not loan.exchanges:
        _remove(loan.folder)
    return loan


def earlier_loans(dataset: Dataset, workspace: Workspace) -> list[Loan]:
    """What was lent before this program was started, and not settled: LabelMe may have gone on.

    Samples that are no longer there are passed over, and so are folders that were not written by
    `Loan.remember`.
    """
    loans = []
    names = LabelNames(dataset.classes, dataset.ignore_index)
    for path in sorted((workspace.path / FOLDER).glob(f"*/*/{STATE_FILE}")):
        try:
            content = json.loads(read_bytes(path))
            loan = Loan(path.parent, pid=int(content["pid"]), created=float(content["created"]))
            states = [{name: str(value) for name, value in s.items()} for s in content["exchanges"]]
        except (PetsegError, ValueError, KeyError, TypeError, AttributeError):
            continue  # not a state of ours: the folder stays as it is
        for state in states:
            try:
                sample = dataset.sample(state["sample"])
                place = loan.folder / _part(sample.split) if sample.split else loan.folder
                exchange = Exchange(sample, state["label_set"], place, names)
                exchange.recall(state)
                loan.exchanges.append(exchange)
            except (PetsegError, KeyError):
                loan.is_whole = False  # a sample that was removed meanwhile: its file stays
        loans.append(loan)
    return loans


def fingerprint(mask: Array) -> str:
    """What tells a mask from another one."""
    return content_hash(repr(mask.shape).encode() + mask.tobytes())


def _part(name: str) -> str:
    """A name as one part of a path, which can lead nowhere else."""
    part = "".join("_" if sign in '/\\:*?"<>|' or not sign.isprintable() else sign for sign in name)
    return part if part.strip(". ") else f"_{len(part)}"


def _remove(folder: Path) -> None:
    """Remove a loan's folder, and those around it that are empty then."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # there are other loans
        folder.parent.rmdir()
        folder.parent.parent.rmdir()


def _new_folder(parent: Path) -> Path:
    try:
        parent.mkdir(parents=True, exist_ok=True)
        taken = {entry.name for entry in os.scandir(parent)}
        number = max((int(name) for name in taken if name.isdecimal()), default=0)
        while True:  # another window may be as quick
            number += 1
            with contextlib.suppress(FileExistsError):
                folder = parent / str(number)
                folder.mkdir()
                return folder
    except OSError as error:
        raise PetsegError(
            f"The folder for LabelMe cannot be made ({error.strerror or error})",
            path=parent,
            remedy="Free disk space or make the workspace writable.",
        ) from error
