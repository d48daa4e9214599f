"""Live plots of a training run."""
