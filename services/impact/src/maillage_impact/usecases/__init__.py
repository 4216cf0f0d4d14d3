"""Verbs of the ledger, one a file."""
