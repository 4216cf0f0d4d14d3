"""A hub on one machine: a real Kafka and a real PostgreSQL as child processes, and the services."""
