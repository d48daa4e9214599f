"""What people say of samples: tags, review states, notes; and the table of it all."""
