"""The gallery: thumbnails of any number of samples, decoded off the UI thread."""

from widgets.gallery.loader import Render, ThumbnailLoader, Tile
from widgets.gallery.model import GalleryModel
from widgets.gallery.view import LARGEST, SMALLEST, STEP, GalleryView

__all__ = [
    "LARGEST",
    "SMALLEST",
    "STEP",
    "GalleryModel",
    "GalleryView",
    "Render",
    "ThumbnailLoader",
    "Tile",
]
