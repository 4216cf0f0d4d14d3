"""What a hub says: vocabulary, envelope, events and where they are published."""
