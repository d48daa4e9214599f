"""How folders are read as datasets: which hold photos, which masks, which splits."""
