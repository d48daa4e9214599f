"""What the checks say of a sample, in words."""

from widgets.flags.panel import FlagPanel
from widgets.flags.row import FlagRow

__all__ = ["FlagPanel", "FlagRow"]
