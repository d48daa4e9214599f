"""The training itself, on MMEngine. Loads torch: only worker processes come in here."""
