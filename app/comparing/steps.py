"""What was done on the worklist, to be taken back and done again. Without Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Step:
    """Something that can be done, taken back, and done again.

    Attributes:
        go: Begins to do it; False when that may not be now, which is said.
        back: Begins to take it back, likewise.
        entry: The id of the entry that it decides; 0 for none.
        was_taken_back: Whether it was taken back before, so that it is done again.
    """

    go: Callable[[], bool]
    back: Callable[[], bool]
    entry: int = 0
    was_taken_back: bool = False


class Steps:
    """The steps done here, the last one at the end, and those taken back.

    A step counts from when it is begun: the key for its way back may follow before its work is
    done. Where the work fails, `drop` it.
    """

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def can_go_back(self, step: Step) -> bool:
        """Whether a step was done, and can be taken back; not once something else was open."""
        return step in self._done

    def do(self, step: Step) -> bool:
        """Do something new; what was taken back before cannot be done again then."""
        if not step.go():
            return False
        self._done.append(step)
        self._undone.clear()
        return True

    def back(self, step: Step | None = None) -> bool:
        """Take a step back, the last one by default; False when there is none."""
        if step is None:
            step = self._done[-1] if self._done else None
        if step is None or step not in self._done:
            return False
        if step.back():
            self._done.remove(step)
            self._keep(step)
        return True

    def again(self) -> bool:
        """Do again what was taken back last; False when there is nothing."""
        if not self._undone:
            return False
        step = self._undone[-1]
        if step.go():
            self._undone.remove(step)
            self._done.append(step)
        return True

    def taken_back(self, step: Step) -> None:
        """A decision was taken back at its place: it can be done again, and not taken back."""
        for steps in (self._done, self._undone):
            steps[:] = [each for each in steps if each.entry != step.entry]
        self._keep(step)

    def drop(self, step: Step) -> None:
        """Forget a step: it failed, or there was nothing to it."""
        for steps in (self._done, self._undone):
            if step in steps:
                steps.remove(step)

    def forget(self) -> None:
        """Forget all steps: something else is open."""
        self._done.clear()
        self._undone.clear()

    def _keep(self, step: Step) -> None:
        step.was_taken_back = True
        self._undone.append(step)
