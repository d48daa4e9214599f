"""What a run predicts for a few fixed validation samples, from one validation to the next."""
