"""The worklist: places where runs and labels disagree, worked through with the keyboard."""
