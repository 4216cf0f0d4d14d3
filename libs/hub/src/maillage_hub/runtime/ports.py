"""Free ports on the loopback interface, each claimed by one hub of this machine until it ends."""

import random
import socket
from collections.abc import Mapping

from maillage_hub.runtime.failures import HubFailure

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_000)
"""Below the ports that systems give to outgoing connections: a client that keeps calling a broker
that is away cannot be given the broker's own port, and so keep it from coming back."""
TRIES_MAX = 200


class Ports:
    """Claims on ports, by name, held as long as this lives.

    A claim on a TCP port is the UDP port of the same number, bound: nobody speaks UDP here, the
    kernel gives it to one process only, and takes it back however that process ends.
    """

    def __init__(self, wanted: Mapping[str, int] | None = None) -> None:
        """Prefer the ports of `wanted`, where they are still free."""
        self._wanted = dict(wanted or {})
        self._claims: dict[str, socket.socket] = {}

    def claim(self, name: str) -> int:
        """A free port for the child of this name; always the same once given."""
        if name in self._claims:
            return self.claimed[name]
        wanted = [self._wanted[name]] if name in self._wanted else []
        # Where a port is, is no secret: chance only spreads the hubs of a machine.
        for port in (*wanted, *random.sample(RANGE, TRIES_MAX)):
            if (claim := _claimed(port)) is not None:
                self._claims[name] = claim
                return port
        raise HubFailure(f"no free port between {RANGE.start} and {RANGE.stop} on {LOOPBACK}")

    @property
    def claimed(self) -> dict[str, int]:
        """All ports given, by name."""
        return {name: claim.getsockname()[1] for name, claim in self._claims.items()}

    def close(self) -> None:
        """Give them back."""
        while self._claims:
            self._claims.popitem()[1].close()


def _claimed(port: int) -> socket.socket | None:
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind((LOOPBACK, port))
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
            trial.bind((LOOPBACK, port))
    except OSError:
        claim.close()
        return None
    return claim
