"""The right side of the comparison: figures, confusion, slices, errors and calibration of runs."""
