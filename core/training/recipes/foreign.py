"""Config files from elsewhere. They are code, so nobody's is executed before the user says so.

What is trusted is a text, not a path: the SHA-256 of the file and of its bases is remembered in
the user's own settings, and asked for again when a letter changes. A run keeps a copy of the texts
in its folder, which the worker executes only when this user trusts exactly these: a run's folder
that comes with somebody's dataset brings no trust along.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import platformdirs

from core.errors import PetsegError
from core.files import atomic_write_text, read_bytes
from core.training.recipes.reading import bases_of, find_base

FOLDER = "recipe"
"""Where a run keeps its copy, inside its folder."""


@dataclass(frozen=True)
class ForeignConfig:
    """A config file from elsewhere with its bases, as text.

    Attributes:
        path: The file.
        main: Its path relative to the folder that it and its bases have in common.
        texts: All texts by such a path.
    """

    path: Path
    main: str
    texts: dict[str, str]

    @property
    def digest(self) -> str:
        """The SHA-256 of all names and texts, in hexadecimal."""
        content = json.dumps([self.main, sorted(self.texts.items())])
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def copies(self) -> dict[str, str]:
        """The files for a run's folder: text by path."""
        return {f"{FOLDER}/{name}": text for name, text in self.texts.items()}

    @property
    def copied_to(self) -> str:
        """Where the file itself is in a run's folder."""
        return f"{FOLDER}/{self.main}"


class UntrustedConfigError(PetsegError):
    """A config file would have to be executed that the user has not trusted.

    Attributes:
        config: The file with its bases.
    """

    def __init__(self, config: ForeignConfig) -> None:
        self.config = config
        super().__init__(
            "The recipe is a config file from elsewhere. It is code that would run with your "
            "rights, and you have not said that you trust it",
            path=config.path,
            remedy="Read it; then open it on the Train page, or give --trust-config.",
        )


def read_foreign(path: Path) -> ForeignConfig:
    """Read a config file and its bases as text; nothing is executed.

    Raises:
        PetsegError: a file cannot be read, or a base is named by an absolute path.
    """
    places: dict[Path, str] = {}
    _collect(path.resolve(), path.resolve(), places)
    common = Path(os.path.commonpath([place.parent for place in places]))
    names = {place: PurePosixPath(place.relative_to(common)).as_posix() for place in places}
    return ForeignConfig(
        path=path,
        main=names[path.resolve()],
        texts={names[place]: text for place, text in places.items()},
    )


def _collect(source: Path, place: Path, places: dict[Path, str]) -> None:
    """Add a file that lies at `source` and is to have a place, and then its bases."""
    if place in places:
        return
    try:
        places[place] = read_bytes(source).decode("utf-8")
    except UnicodeDecodeError as error:
        raise PetsegError("The config is not text in UTF-8", path=source) from error
    for base in bases_of(source):
        found = find_base(source, base)
        if found is None:
            continue
        if Path(base).is_absolute():
            raise PetsegError(
                f"The config names its base by an absolute path ({base})",
                path=source,
                remedy="Name it relative to the config, so that the run can keep a copy of both.",
            )
        # One of the program's own bases gets the place where the config looks for it.
        _collect(found, Path(os.path.normpath(place.parent / base)), places)


def is_trusted(config: ForeignConfig) -> bool:
    """Whether the user trusts these very texts."""
    return config.digest in _trusted()


def trust(config: ForeignConfig) -> None:
    """Remember that the user trusts these texts.

    Raises:
        PetsegError: it cannot be written down.
    """
    known = _trusted()
    known[config.digest] = {
        "path": str(config.path),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    atomic_write_text(trust_file(), json.dumps(known, indent=1) + "\n")


def require_trust(config: ForeignConfig) -> None:
    """Raise `UntrustedConfigError` unless the user trusts these texts."""
    if not is_trusted(config):
        raise UntrustedConfigError(config)


def trust_file() -> Path:
    """Where it is written down which texts are trusted."""
    return Path(platformdirs.user_config_path("petseg")) / "trusted_configs.json"


def _trusted() -> dict[str, object]:
    try:
        content = json.loads(trust_file().read_bytes())
    except (OSError, ValueError):
        return {}  # a damaged list trusts nothing, and so the user is asked again
    return content if isinstance(content, dict) else {}
