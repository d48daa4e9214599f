"""Connected pieces of a mask: found from a click, and what can be done with them."""
