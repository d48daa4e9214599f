"""Icons and themes."""
