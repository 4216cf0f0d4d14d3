"""Verbs: load, decide, keep, and return the events."""
