"""Regions found in the photo: pure functions of photo, mask and what the user marked."""
