"""Choosing which checks run and where their limits are."""

from widgets.checks.number_field import NumberField
from widgets.checks.settings_form import CheckSettingsForm
from widgets.checks.threshold_panel import ThresholdPanel

__all__ = ["CheckSettingsForm", "NumberField", "ThresholdPanel"]
