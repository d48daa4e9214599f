"""All runs at once: table, parallel coordinates, scatter, curves, and differences of recipes."""
