"""The doors of the registry, and only doors."""
