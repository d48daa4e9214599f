"""Label sets held against each other: which masks differ, where, and from which class to which."""
