"""The local issuer: signs tokens for people at this machine, for one hub and nobody else's."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from maillage_hub.runtime.files import write_whole
from maillage_hub.runtime.places import HubFolder

AUDIENCE = "maillage"
ALGORITHM = "ES256"


@dataclass(frozen=True)
class Issuer:
    """Signs with one key, made at the hub's first start. The services know its public half."""

    territory: str
    key: ECKey

    @classmethod
    def of(cls, territory: str, folder: HubFolder) -> "Issuer":
        """The issuer of a hub; makes its key, and the file of public keys, where there is none."""
        if not folder.issuer_key.exists():
            made = ECKey.generate_key("P-256")
            made.ensure_kid()
            write_whole(folder.issuer_key, json.dumps(made.as_dict(private=True)))
        key = ECKey.import_key(json.loads(folder.issuer_key.read_text()))
        write_whole(folder.keys, json.dumps(KeySet([key]).as_dict(private=False)))
        return cls(territory, key)

    @property
    def name(self) -> str:
        """What the claim `iss` says."""
        return f"urn:maillage:{self.territory}:local"

    def mint(
        self,
        *,
        subject: str,
        roles: tuple[str, ...],
        now: datetime,
        lifetime: timedelta,
        organisation: UUID | None = None,
    ) -> str:
        """A signed token, for whoever shows it."""
        claims: dict[str, object] = {
            "iss": self.name,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "territory": self.territory,
            "roles": list(roles),
        }
        if organisation is not None:
            claims["org"] = str(organisation)
        return jwt.encode({"alg": ALGORITHM, "kid": self.key.kid}, claims, self.key)
