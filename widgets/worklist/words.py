"""What is said of the worklist's entries. No Qt in here."""

from __future__ import annotations

from collections.abc import Sequence

from core.worklist.entries import Decision, Entry, State
from core.worklist.gathering import Offer


def class_name(names: Sequence[str], index: int) -> str:
    """A class by its name; its number where it has none."""
    return names[index] if 0 <= index < len(names) else f"class {index}"


def disagreement(entry: Entry, names: Sequence[str]) -> str:
    """What the mask says there and what the run does: `dog → cat`."""
    region = entry.region
    label, model = region.true_class, region.predicted_class
    return f"{class_name(names, label)} → {class_name(names, model)}"


def pixels(count: int) -> str:
    """A size: `312 px`."""
    return f"{count:,} px"


def certainty(entry: Entry) -> str:
    """How probable it is that the label is wrong: `93 %`."""
    return f"{100 * entry.suspicion:.0f} %"


def state(entry: Entry) -> str:
    """Where an entry stands, with what was decided."""
    if entry.state is State.DECIDED and entry.decision is not None:
        return entry.decision.words
    return entry.state.value


def current(entry: Entry, names: Sequence[str]) -> str:
    """An entry in one line."""
    region = entry.region
    mask = class_name(names, region.true_class)
    model = class_name(names, region.predicted_class)
    said = f"The mask says {mask}, the run {model} · {pixels(region.pixels)} · {entry.sample}"
    if not entry.is_open:
        said += f" · {state(entry)}"
    return said


def done(entry: Entry, names: Sequence[str]) -> str:
    """What was decided of an entry, as it is told in the status bar."""
    region = entry.region
    size = pixels(region.pixels)
    match entry.decision:
        case Decision.MODEL:
            model = class_name(names, region.predicted_class)
            return f"{entry.sample}: {size} are {model} now"
        case Decision.IGNORE:
            return f"{entry.sample}: {size} are ignored now"
        case Decision.KEEP:
            return f"{entry.sample}: the label is kept"
        case _:
            return f"{entry.sample}: {state(entry)}"


def offer(found: Offer, names: Sequence[str]) -> str:
    """What could be put on the list: `All errors`, `Label suspect`, `dog predicted as cat`."""
    if found.classes is not None:
        label, model = (class_name(names, index) for index in found.classes)
        return f"{label} predicted as {model}"
    return found.kind.words if found.kind is not None else "All errors"


def added(count: int, known: int) -> str:
    """What became of regions that were put on the list."""
    places = "1 place" if count == 1 else f"{count:,} places"
    if not count:
        return "All of these places are on the worklist already."
    said = f"{places} added to the worklist"
    return f"{said}; {known:,} were on it already" if known else said


def stale(names: Sequence[str]) -> str:
    """How many runs learned other labels than there are now; "" for none."""
    if not names:
        return ""
    return "1 run is stale" if len(names) == 1 else f"{len(names):,} runs are stale"


def samples(count: int) -> str:
    """A number of samples."""
    return "1 sample" if count == 1 else f"{count:,} samples"
