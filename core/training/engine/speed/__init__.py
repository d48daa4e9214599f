"""What makes a training fast: `tuning.py` puts the rest in. Loaded only by worker processes."""
