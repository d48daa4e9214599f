"""The domain: datasets, masks, quality checks, training runs and their evaluation. Knows no Qt."""
