"""LabelMe beside the editor: masks go out, and come back when they were saved there."""
