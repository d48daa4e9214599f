"""What the AI click shows beside the canvas."""

from widgets.assist.weights_panel import WeightsPanel

__all__ = ["WeightsPanel"]
