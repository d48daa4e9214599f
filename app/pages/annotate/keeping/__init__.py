"""That nothing is lost: journals, saving, other programs, earlier versions."""
