"""The right side of the editor: classes, layers, the photo, flags."""
