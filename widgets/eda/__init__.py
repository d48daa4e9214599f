"""Charts of a whole dataset, which choose samples when they are clicked or brushed."""
