"""Measuring every sample once, keeping it, and finding what crosses a limit."""
