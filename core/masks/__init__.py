"""The editable mask: regions, the document with its undo, and saving."""
