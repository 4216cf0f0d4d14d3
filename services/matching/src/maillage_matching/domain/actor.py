"""An actor as the engine sees it: where it is, what it may do, and what it said yes to."""

from datetime import date

from maillage_contracts.vocabulary import ActorId
from maillage_matching.domain.kept import Kept

WASTE_TRANSPORT = "waste_transport"
WASTE_TREATMENT = "waste_treatment"
WASTE_SHIPMENT = "waste_shipment"
"""Papers with which waste may cross a border: of who sends it, or of who gets it."""


class Credential(Kept):
    """An approval or label, and until when it holds."""

    scope: str
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is valid that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Actor(Kept):
    """What matching needs to know of an actor. `refuses` are the purposes it withdrew."""

    actor_id: ActorId
    name: str
    country: str = "FR"
    sector: str | None = None
    status: str
    roles: frozenset[str] = frozenset()
    credentials: tuple[Credential, ...] = ()
    refuses: frozenset[str] = frozenset()

    @property
    def division(self) -> str | None:
        """The two digits of its NAF division: all that a published pattern says of it."""
        return self.sector[:2] if self.sector else None

    def holds(self, scope: str, day: date) -> bool:
        """Whether it has a credential of this scope that is valid that day."""
        return any(c.scope == scope and c.holds_on(day) for c in self.credentials)

    def has_held(self, scope: str) -> bool:
        """Whether it has a credential of this scope, valid or not."""
        return any(c.scope == scope for c in self.credentials)
