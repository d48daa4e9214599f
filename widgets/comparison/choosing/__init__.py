"""Which runs are compared: one to six of them, and the split they are held against."""
