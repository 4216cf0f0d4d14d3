"""Rules: pure functions and frozen values; time and identifiers come in as arguments."""
