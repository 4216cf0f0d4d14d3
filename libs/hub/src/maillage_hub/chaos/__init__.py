"""A whole hub broken on purpose, under load, and what became of all that it acknowledged."""
