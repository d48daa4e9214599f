"""Which checks are on, with which limits and options: per dataset, kept in its workspace."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.qa.checks import CHECKS
from core.qa.registry import Check, Limit, Option

_SCHEMA = """
CREATE TABLE IF NOT EXISTS check_settings (
    id INTEGER PRIMARY KEY CHECK (id = 1), settings TEXT NOT NULL
);
"""

_Value = TypeVar("_Value")

_RESET = "Correct it in the settings of the checks, or reset them."


@dataclass(frozen=True)
class CheckSettings:
    """What the user changed of the checks. The default has all of them on, with their defaults.

    Only differences from the defaults are held, so two settings are equal when they mean the same.
    Settings of checks that this version does not know are kept as they are.

    Attributes:
        enabled: Whether a check is on, by its id.
        limits: The limit of a check, by its id.
        options: Options of a check by name, by its id.

    Raises:
        PetsegError: a limit or an option is not a number or out of the range that its check allows.
    """

    enabled: Mapping[str, bool] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        enabled = {check: bool(on) for check, on in self.enabled.items() if not on}
        limits = {}
        for check_id, value in self.limits.items():
            check = CHECKS.get(check_id)
            if check is not None:
                _require_range(check, check.limit, value, "The limit")
            if check is None or check.limit is None or value != check.limit.default:
                limits[check_id] = float(value)
        options = {}
        for check_id, values in self.options.items():
            kept = _changed_options(CHECKS.get(check_id), values)
            if kept:
                options[check_id] = kept
        object.__setattr__(self, "enabled", enabled)
        object.__setattr__(self, "limits", limits)
        object.__setattr__(self, "options", options)

    def is_on(self, check_id: str) -> bool:
        """Whether a check is run."""
        return self.enabled.get(check_id, True)

    def limit_of(self, check_id: str) -> float | None:
        """The limit in use; None for a check without one, and for one that is unknown."""
        if check_id in self.limits:
            return self.limits[check_id]
        check = CHECKS.get(check_id)
        return check.limit.default if check is not None and check.limit is not None else None

    def options_of(self, check_id: str) -> dict[str, float]:
        """All options of a check that are in use, by name."""
        check = CHECKS.get(check_id)
        defaults = check.default_options() if check is not None else {}
        return {**defaults, **self.options.get(check_id, {})}

    def is_default(self, check_id: str) -> bool:
        """Whether the user changed nothing of a check, being on or off included."""
        return not any(check_id in part for part in (self.enabled, self.limits, self.options))

    def with_enabled(self, check_id: str, on: bool) -> CheckSettings:
        """These settings with a check switched on or off."""
        return replace(self, enabled={**self.enabled, check_id: on})

    def with_limit(self, check_id: str, limit: float | None) -> CheckSettings:
        """These settings with another limit; None for the default.

        Raises:
            PetsegError: the limit is out of range.
        """
        return replace(self, limits=_with(self.limits, check_id, limit))

    def with_option(self, check_id: str, name: str, value: float | None) -> CheckSettings:
        """These settings with another option; None for the default.

        Raises:
            PetsegError: the check has no such option, or the value is out of range.
        """
        check = CHECKS.get(check_id)
        if check is not None and name not in check.options:
            raise PetsegError(
                f"'{check.title}' has no option {name!r}",
                remedy=f"It has: {', '.join(check.options) or 'none'}.",
            )
        changed = _with(self.options.get(check_id, {}), name, value)
        return replace(self, options={**self.options, check_id: changed})

    def without(self, check_id: str) -> CheckSettings:
        """These settings with everything of one check back at its default."""
        return CheckSettings(
            _without(self.enabled, check_id),
            _without(self.limits, check_id),
            _without(self.options, check_id),
        )

    def to_json(self) -> dict[str, Any]:
        """A value that JSON can hold."""
        return {
            "enabled": dict(self.enabled),
            "limits": dict(self.limits),
            "options": {check: dict(values) for check, values in self.options.items()},
        }


def load(workspace: Workspace) -> CheckSettings:
    """The settings of a dataset; the defaults when none were saved.

    Raises:
        PetsegError: what is stored is damaged or out of the range that a check allows now.
    """
    workspace.ensure(_SCHEMA)
    rows = workspace.query("SELECT settings FROM check_settings WHERE id = 1")
    if not rows:
        return CheckSettings()
    try:
        data = json.loads(rows[0][0])
        return CheckSettings(
            {str(check): bool(on) for check, on in data["enabled"].items()},
            {str(check): float(value) for check, value in data["limits"].items()},
            {
                str(check): {str(name): float(value) for name, value in values.items()}
                for check, values in data["options"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PetsegError(
            "The settings of the checks are damaged",
            path=workspace.path / "workspace.db",
            remedy="Reset the settings of the checks.",
        ) from error


def save(workspace: Workspace, settings: CheckSettings) -> None:
    """Remember the settings of a dataset.

    Raises:
        PetsegError: the workspace cannot be written.
    """
    workspace.ensure(_SCHEMA)
    workspace.write(
        "INSERT OR REPLACE INTO check_settings VALUES (1, ?)",
        [(json.dumps(settings.to_json(), sort_keys=True),)],
    )


def _changed_options(check: Check | None, values: Mapping[str, float]) -> dict[str, float]:
    """The options that are not the defaults; those of unknown checks and names are kept."""
    kept = {}
    for name, value in values.items():
        declared = check.options.get(name) if check is not None else None
        if check is not None:
            words = f"'{declared.words}'" if declared is not None else f"'{name}'"
            _require_range(check, declared, value, words)
        if declared is None or value != declared.default:
            kept[name] = float(value)
    return kept


def _require_range(check: Check, declared: Limit | Option | None, value: float, words: str) -> None:
    """Refuse a value that the check does not allow; what it does not declare is left alone."""
    if declared is None:
        return
    if math.isfinite(value) and declared.minimum <= value <= declared.maximum:
        return
    unit = f" {declared.unit}" if declared.unit else ""
    raise PetsegError(
        f"{words} of '{check.title}' cannot be {value:g}{unit}: it goes from "
        f"{declared.minimum:g} to {declared.maximum:g}{unit}",
        remedy=_RESET,
    )


def _with(values: Mapping[str, float], key: str, value: float | None) -> dict[str, float]:
    others = _without(values, key)
    return others if value is None else {**others, key: value}


def _without(values: Mapping[str, _Value], key: str) -> dict[str, _Value]:
    return {name: each for name, each in values.items() if name != key}
