"""The list of samples: what they can be sorted by, what narrows it, and its rows."""
