"""Three stories played on real hubs: all that is told was read from an API or from Kafka."""
