"""Two stories played on a real hub: nothing is told that was not read from an API or from Kafka."""
