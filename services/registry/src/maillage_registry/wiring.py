"""The registry as one value: the only module that knows concrete stores and doors."""

from pathlib import Path

from maillage_registry.adapters.postgres import PostgresStore
from maillage_registry.entrypoints import http, kafka
from maillage_registry.usecases.expire_credentials import ExpireCredentials, expire_credentials
from maillage_registry.usecases.forget_contacts import ForgetContacts, forget_contacts
from maillage_registry.usecases.store import Store
from maillage_serving.service import Service, Worker

LAPSES_EVERY_S = 60
CONTACTS_EVERY_S = 3600
ACTORS_AT_ONCE = 200


def service() -> Service[Store]:
    """The registry."""
    return Service(
        name="registry",
        migrations=Path(__file__).parent / "migrations",
        make_store=PostgresStore,
        router=http.router,
        handlers=kafka.handlers,
        workers=(
            Worker(
                "expire_credentials",
                every_s=LAPSES_EVERY_S,
                use_case=expire_credentials,
                make_command=lambda _: ExpireCredentials(limit=ACTORS_AT_ONCE),
            ),
            Worker(
                "forget_contacts",
                every_s=CONTACTS_EVERY_S,
                use_case=forget_contacts,
                make_command=lambda _: ForgetContacts(),
            ),
        ),
    )
