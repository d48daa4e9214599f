"""Which masks are probably wrong: label quality from predicted probabilities, and rankings."""
