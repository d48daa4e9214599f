"""What the figures are: each with its definition and source."""
