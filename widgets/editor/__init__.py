"""The editor: the canvas, and around it tools, options, classes, layers, flags and samples."""

from widgets.editor.editor_view import EditorView

__all__ = ["EditorView"]
