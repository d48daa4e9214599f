"""Exchange with other annotation programs."""
