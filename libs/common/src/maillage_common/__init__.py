"""How a service runs: one message is one transaction, and what it says leaves through an outbox."""
