"""When a measurement is kept, and what it depends on."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.qa.registry import Check, Measurement
from core.qa.scanning.store import NO_OVERRIDE


def signature(check: Check, options: Mapping[str, float]) -> str:
    """What a check's measurements depend on besides the files."""
    return f"check:{check.id}:{check.version}:{json.dumps(dict(options), sort_keys=True)}"


def may_be_flagged(check: Check, score: float) -> bool:
    """Whether any limit that a user may choose flags that score."""
    limit = check.limit
    if limit is None:
        return True
    return limit.crossed_by(score, limit.minimum if limit.flags == "above" else limit.maximum)


def severity_override(check: Check, measured: Measurement) -> int:
    """The rank of a finding that is not of its check's severity, else NO_OVERRIDE."""
    limit = check.limit
    if limit is not None and not limit.crossed_by(measured.score, limit.default):
        return NO_OVERRIDE
    severity = check.find(measured, limit.default if limit is not None else 0.0).severity
    return NO_OVERRIDE if severity is None or severity is check.severity else severity.rank
