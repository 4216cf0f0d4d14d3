"""Where things are kept: the cache of a user, the folder of a hub."""

import os
from dataclasses import dataclass
from pathlib import Path

PRIVATE = 0o700
OPEN = 0o755

SHARED_CACHE = Path("/var/cache/maillage")
SHARED_DATA = Path("/var/lib/maillage")
"""For root whose own folders no other account may enter, so PostgreSQL cannot be there."""


def cache() -> Path:
    """Where downloads are kept for all hubs of this user."""
    if chosen := os.environ.get("MAILLAGE_CACHE"):
        return Path(chosen).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "maillage"


def home() -> Path:
    """Where the hubs of this project are kept.

    MAILLAGE_HOME, else the folder .maillage of the nearest folder above that has one or is the top
    of a checkout, else of the current folder.
    """
    if chosen := os.environ.get("MAILLAGE_HOME"):
        return Path(chosen).absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".maillage").is_dir() or (folder / ".git").exists():
            return folder / ".maillage"
    return here / ".maillage"


@dataclass(frozen=True)
class HubFolder:
    """The folder of one territory's hub."""

    path: Path

    @classmethod
    def of(cls, territory: str) -> "HubFolder":
        """The folder of a territory of this project."""
        return cls(home() / territory)

    def make(self) -> None:
        """Make it, with its parts."""
        self.path.mkdir(mode=OPEN, parents=True, exist_ok=True)
        self.secrets.mkdir(mode=PRIVATE, exist_ok=True)
        self.logs.mkdir(mode=OPEN, exist_ok=True)

    @property
    def secrets(self) -> Path:
        """Passwords and the issuer's key: for this user alone."""
        return self.path / "secrets"

    @property
    def logs(self) -> Path:
        """What each child process wrote."""
        return self.path / "logs"

    @property
    def kafka(self) -> Path:
        """The brokers' data."""
        return self.path / "kafka"

    @property
    def postgres(self) -> Path:
        """The database server's data, or a link to it."""
        return self.path / "postgres"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives."""
        return self.path / "lock"

    @property
    def state(self) -> Path:
        """Addresses and process identifiers of the hub that runs."""
        return self.path / "state.json"

    @property
    def demo(self) -> Path:
        """Is there when a demo made this hub: the next demo may throw it away."""
        return self.path / "demo"

    @property
    def ports(self) -> Path:
        """Ports of the last run, asked for again in the next."""
        return self.path / "ports.json"

    @property
    def issuer_key(self) -> Path:
        """Private key of the local issuer."""
        return self.secrets / "issuer.json"

    def password_of(self, account: str) -> Path:
        """Password of an account of the database server."""
        return self.secrets / f"{account}.password"

    @property
    def keys(self) -> Path:
        """Public keys of the local issuer."""
        return self.path / "jwks.json"
