"""Choosing which samples are shown."""

from widgets.filters.filter_bar import FilterBar
from widgets.filters.summary_strip import SummaryStrip

__all__ = ["FilterBar", "SummaryStrip"]
