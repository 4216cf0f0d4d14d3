"""The registry listens to nobody, as the catalogue says."""

from maillage_contracts.catalogue import consumed_by
from maillage_registry.entrypoints.kafka import handlers


def test_no_event_changes_who_exists() -> None:
    assert handlers().topics == frozenset(consumed_by("registry")) == frozenset()
