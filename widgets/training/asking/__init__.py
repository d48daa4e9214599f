"""The parts of the form of a new run: rows, sections, weights, checks, and its dialogs."""
