"""How mask files encode classes, and what the classes are called."""
