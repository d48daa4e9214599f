"""Companions of the editor: layers, predictions, copying, the AI click."""
