"""Photos and masks as numpy arrays: decoding them, and encoding masks."""

from core.images.decoding import (
    IMAGE_SUFFIXES,
    MASK_SUFFIXES,
    Array,
    ImageHeader,
    decode_image,
    decode_mask,
    encode_mask,
    probe,
    read_image,
    read_mask,
)

__all__ = [
    "IMAGE_SUFFIXES",
    "MASK_SUFFIXES",
    "Array",
    "ImageHeader",
    "decode_image",
    "decode_mask",
    "encode_mask",
    "probe",
    "read_image",
    "read_mask",
]
