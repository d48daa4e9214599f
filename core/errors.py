"""The one exception that is meant to be read by a person."""

from __future__ import annotations

from pathlib import Path


class PetsegError(Exception):
    """A failure whose message can be shown to a user as it stands.

    Args:
        what: What happened, as a clause without a full stop ("The mask has another size").
        path: The file or folder it happened to, when there is one.
        remedy: What the user can do about it, as a full sentence.
    """

    def __init__(self, what: str, *, path: Path | str | None = None, remedy: str = "") -> None:
        self.what = what
        self.path = Path(path) if path is not None else None
        self.remedy = remedy
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        sentence = self.what.rstrip(".")
        if self.path is not None:
            sentence += f": {_printable(self.path)}"
        sentence += "."
        if self.remedy:
            sentence += f" {self.remedy}"
        return sentence


def _printable(path: Path) -> str:
    """A path that can be shown and written down, whatever bytes its name consists of."""
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
