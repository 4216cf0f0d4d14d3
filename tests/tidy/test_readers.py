"""Who reads an event: the catalogue, from which the documents are made, against the services."""

from importlib import import_module
from typing import Any

import pytest

from maillage_common.settings import PREFIX
from maillage_contracts.catalogue import CATALOGUE, SERVICES, consumed_by
from maillage_serving.service import Service

SETTINGS = {
    "TERRITORY": "t-1",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9",
    "AUTH_ISSUER": "nobody",
    "AUTH_JWKS_FILE": "none.json",
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_handles_what_the_catalogue_says(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in SETTINGS.items():  # nothing answers there, and nothing is asked
        monkeypatch.setenv(f"{PREFIX}{setting}", value)
    service: Service[Any] = import_module(f"maillage_{name}.wiring").service()
    handlers = service.handlers()

    assert set(handlers.known) == {
        entry.event.TYPE for entry in CATALOGUE if name in entry.consumers
    }
    assert handlers.topics == frozenset(consumed_by(name))
