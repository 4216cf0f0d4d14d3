"""The doors: HTTP and Kafka."""
