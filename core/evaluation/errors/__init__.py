"""Where a prediction is wrong, and in which way."""
