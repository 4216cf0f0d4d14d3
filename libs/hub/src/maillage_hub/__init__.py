"""The `maillage` command: a whole hub on one machine."""
