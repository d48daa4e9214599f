"""What the Compare page is about, apart from its widgets: runs, figures, predictions, errors."""
