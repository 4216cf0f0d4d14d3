"""Those whom a hub or a vehicle names must be in the register, and not closed."""

from collections.abc import Iterable, Mapping

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Status


def require_open(statuses: Mapping[ActorId, Status], named: Iterable[tuple[str, ActorId]]) -> None:
    """Raise Invalid naming the first field whose actor is not there, or closed."""
    for field, actor_id in named:
        status = statuses.get(actor_id)
        if status is None:
            raise Invalid(field, f"no actor {actor_id} in this territory: register it first")
        if status is Status.CLOSED:
            raise Invalid(field, f"actor {actor_id} is closed: name another")
