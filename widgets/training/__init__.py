"""The panels of the Train page: the form of a new run, the list of runs, what a run does now."""
