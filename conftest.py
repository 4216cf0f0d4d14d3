"""Fixtures that every test may use: a real PostgreSQL, a real Kafka, a territory of its own."""

pytest_plugins = ["maillage_hub.testing"]
