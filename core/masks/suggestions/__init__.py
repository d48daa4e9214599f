"""Where a prediction disagrees with the mask."""
