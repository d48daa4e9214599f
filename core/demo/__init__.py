"""A small dataset that the program draws by itself, with known label mistakes."""
