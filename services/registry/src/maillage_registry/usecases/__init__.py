"""What can be asked of the registry, one verb a file."""
