"""The doors, and only doors."""
