"""Reusable Qt widgets. They show core's objects, emit signals and know no page."""
