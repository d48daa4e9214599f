"""Pascal VOC: palette masks of all photos in one folder, and lists of the splits."""
