"""The canvas: a view of an image with layers, and the same view with tools that edit a mask."""

from widgets.canvas.layered_view import LayeredView
from widgets.canvas.mask_canvas import MAX_BRUSH, MaskCanvas
from widgets.canvas.mask_view import MASK_LAYER, MaskView
from widgets.canvas.sampling import ImagePyramid
from widgets.canvas.transform import Placement, ViewTransform

__all__ = [
    "MASK_LAYER",
    "MAX_BRUSH",
    "ImagePyramid",
    "LayeredView",
    "MaskCanvas",
    "MaskView",
    "Placement",
    "ViewTransform",
]
