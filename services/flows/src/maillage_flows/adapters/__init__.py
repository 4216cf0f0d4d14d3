"""The store, twice: in memory for tests, in PostgreSQL for good."""
