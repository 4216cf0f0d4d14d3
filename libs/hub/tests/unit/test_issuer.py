"""Tokens of the local issuer are accepted by the services of its hub, and by no other's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from maillage_hub.runtime.issuer import AUDIENCE, Issuer
from maillage_hub.runtime.places import HubFolder
from maillage_serving.auth import Unauthenticated, Verifier, keys_from_file

ACTOR = UUID("5f3c1d6e-0000-4000-8000-000000000001")


@pytest.fixture
def folder(tmp_path: Path) -> HubFolder:
    made = HubFolder(tmp_path)
    made.make()
    return made


def verifier(issuer: Issuer, folder: HubFolder, territory: str = "jourdies") -> Verifier:
    keys = keys_from_file(folder.keys)
    return Verifier(keys, issuer=issuer.name, audience=AUDIENCE, territory=territory)


def minted(issuer: Issuer, now: datetime | None = None) -> str:
    return issuer.mint(
        subject="advisor@local",
        roles=("advisor", "observer"),
        now=now or datetime.now(UTC),
        lifetime=timedelta(hours=1),
        organisation=ACTOR,
    )


async def test_a_service_of_the_hub_accepts_its_token(folder: HubFolder) -> None:
    issuer = Issuer.of("jourdies", folder)

    principal = await verifier(issuer, folder).principal(minted(issuer))

    assert principal.subject == "advisor@local"
    assert principal.roles == {"advisor", "observer"}
    assert principal.organisation == ACTOR


async def test_tokens_outlive_a_restart_of_the_hub(folder: HubFolder) -> None:
    token = minted(Issuer.of("jourdies", folder))
    again = Issuer.of("jourdies", folder)

    assert (await verifier(again, folder).principal(token)).subject == "advisor@local"


async def test_another_territory_refuses_it(folder: HubFolder) -> None:
    issuer = Issuer.of("jourdies", folder)

    with pytest.raises(Unauthenticated):
        await verifier(issuer, folder, territory="marseille").principal(minted(issuer))


async def test_it_expires(folder: HubFolder) -> None:
    issuer = Issuer.of("jourdies", folder)
    yesterday = datetime.now(UTC) - timedelta(days=1)

    with pytest.raises(Unauthenticated):
        await verifier(issuer, folder).principal(minted(issuer, yesterday))


def test_the_private_key_is_for_its_owner_alone(folder: HubFolder) -> None:
    Issuer.of("jourdies", folder)

    assert folder.issuer_key.stat().st_mode & 0o077 == 0
    assert folder.secrets.stat().st_mode & 0o077 == 0
    assert '"d"' in folder.issuer_key.read_text()
    assert '"d"' not in folder.keys.read_text()
