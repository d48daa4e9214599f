"""What the photo says of a mask: edges along its border, and what its objects look like."""
