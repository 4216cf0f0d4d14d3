"""Tokens of the local issuer for programs at this machine that speak for a role."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from maillage_hub.runtime.issuer import Issuer
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.state import HubState

LIFETIME = timedelta(hours=12)
IMPORTER = "importer"
IMPORTER_ROLES = ("service", "advisor", "dispatcher")
"""A machine that writes what an advisor and a dispatcher may: a whole territory pack."""


def tokens(hub: HubState) -> Callable[[str], str]:
    """Gives the token of a role, or of the importer, signed once for each."""
    issuer = Issuer.of(hub.territory, HubFolder(hub.folder))
    signed: dict[str, str] = {}

    def token_of(role: str) -> str:
        if role not in signed:
            now = datetime.now(UTC)
            roles = IMPORTER_ROLES if role == IMPORTER else (role,)
            signed[role] = issuer.mint(
                subject=f"local-{role}", roles=roles, now=now, lifetime=LIFETIME
            )
        return signed[role]

    return token_of
