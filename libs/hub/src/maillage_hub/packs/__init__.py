"""Territory packs: reading, checking and importing the data of one territory."""
