"""Reusable Qt widgets. They show core's objects and emit signals; they know nothing of the pages."""
