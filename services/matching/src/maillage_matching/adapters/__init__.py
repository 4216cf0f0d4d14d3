"""The stores in memory and in PostgreSQL, and the tables of the package."""
