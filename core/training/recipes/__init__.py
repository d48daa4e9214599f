"""Recipes: their fields, what a user changes, and the config that comes of it. No torch in here."""
