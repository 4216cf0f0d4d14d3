"""Verbs, one file each: load, decide, keep, return what happened."""
