"""The Kafka door of the registry: it speaks, and listens to nobody."""

from maillage_common.handlers import Handlers
from maillage_registry.usecases.store import Store


def handlers() -> Handlers[Store]:
    """No event of another service changes who exists."""
    return Handlers[Store]()
