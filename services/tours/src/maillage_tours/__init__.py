"""Decides which vehicle carries what, when, in which order; accounts for nothing."""
