"""The frame around the pages: rail, header, and the progress area at the foot."""

from widgets.frame.banner import Banner
from widgets.frame.footer import Footer
from widgets.frame.header import Header
from widgets.frame.rail import Rail

__all__ = ["Banner", "Footer", "Header", "Rail"]
