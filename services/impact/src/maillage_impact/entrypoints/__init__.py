"""The doors of the ledger, and only doors."""
