"""What the Annotate page is made of, apart from its widgets: reading, open masks, saving."""
