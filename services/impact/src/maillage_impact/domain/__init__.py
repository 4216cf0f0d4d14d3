"""Rules of the ledger: pure functions and frozen values."""
