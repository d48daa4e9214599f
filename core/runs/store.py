"""The runs of a dataset: folders below `runs/` in the workspace."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import PetsegError
from core.files import atomic_write_text
from core.runs.record import DatasetRecord, RunRecord, RunState, save_record
from core.runs.run import Run, RunSummary

__all__ = ["DatasetRecord", "Run", "RunRecord", "RunState", "RunStore", "RunSummary"]


class RunStore:
    """Makes, lists and finds runs.

    Args:
        runs_dir: The folder of the runs; it need not exist yet.
    """

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self._known: dict[str, Run] = {}

    def create(
        self,
        *,
        recipe: str,
        label_set: str,
        dataset: DatasetRecord,
        name: str | None = None,
        files: Mapping[str, str] | None = None,
        now: datetime | None = None,
        **details: Any,
    ) -> Run:
        """Make the folder of a new, queued run.

        The folder appears with everything in it or not at all.

        Args:
            recipe: Name of the recipe; part of the id.
            label_set: The label set to learn.
            dataset: The version of the dataset.
            name: What the user calls the run; the id by default. It must not be taken.
            files: Text files to put into the folder, by relative path.
            now: The moment that gives the run its id; the present by default.
            details: Further fields of `RunRecord`.

        Raises:
            PetsegError: the name is taken or empty, or the folder cannot be written.
        """
        now = now or datetime.now().astimezone()
        if name is not None:
            self.check_name(name)
        base = f"{now:%Y%m%d-%H%M%S}-{re.sub(r'[^A-Za-z0-9._-]+', '-', recipe)}"
        draft = self.runs_dir / f".{base}-{secrets.token_hex(4)}.tmp"
        try:
            draft.mkdir(parents=True)
            for relative, text in (files or {}).items():
                atomic_write_text(draft / relative, text)
            for attempt in range(1, 1000):
                run_id = base if attempt == 1 else f"{base}-{attempt}"
                folder = self.runs_dir / run_id
                if folder.exists():
                    continue
                record = RunRecord(
                    id=run_id,
                    name=name or run_id,
                    recipe=recipe,
                    label_set=label_set,
                    dataset=dataset,
                    created=now,
                    **details,
                )
                save_record(draft, record)
                try:
                    draft.rename(folder)
                except OSError:
                    if folder.exists():  # somebody was faster by a moment
                        continue
                    raise
                return self._run(folder)
            raise PetsegError("No free name for the run's folder was found", path=self.runs_dir)
        except OSError as error:
            raise PetsegError(
                f"The run's folder cannot be made ({error.strerror or error})",
                path=self.runs_dir,
                remedy="Make the folder writable, free disk space, or choose another workspace.",
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def check_name(self, name: str) -> None:
        """See that a run may be called so.

        Raises:
            PetsegError: the name is taken or empty, or cannot be shown.
        """
        if not name.strip() or "/" in name or not name.isprintable():
            raise PetsegError(
                f"{name!r} cannot be a run's name",
                remedy="Use letters, digits and signs other than '/'.",
            )
        if any(name in (run.id, run.name) for run in self.list()):
            raise PetsegError(
                f"There is already a run named {name!r}",
                path=self.runs_dir,
                remedy="Choose another name, or give none: then the run is named by its time.",
            )

    def list(self) -> list[Run]:
        """All runs, newest first, unreadable ones included."""
        try:
            folders = [
                entry
                for entry in self.runs_dir.iterdir()
                if entry.is_dir() and not entry.name.startswith(".")
            ]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise PetsegError(
                f"The folder of runs cannot be read ({error.strerror or error})",
                path=self.runs_dir,
                remedy="Check that you may read it.",
            ) from error
        runs = [self._run(folder) for folder in folders]
        self._known = {run.id: run for run in runs}
        return sorted(runs, key=lambda run: (run.created, run.id), reverse=True)

    def find(self, id_or_name: str) -> Run:
        """Return the run with that id or, failing that, the newest with that name.

        Raises:
            PetsegError: there is none.
        """
        runs = self.list()
        for run in runs:
            if run.id == id_or_name:
                return run
        for run in runs:
            if run.name == id_or_name:
                return run
        known = ", ".join(run.name for run in runs[:5]) or "none yet"
        raise PetsegError(
            f"There is no run {id_or_name!r}",
            path=self.runs_dir,
            remedy=f"The newest runs are: {known}. `petseg runs` lists them all.",
        )

    def _run(self, folder: Path) -> Run:
        return self._known.get(folder.name) or Run(folder)
