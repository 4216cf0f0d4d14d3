"""The commands of `maillage`, one module each: `describe` adds its arguments, `run` does it."""
