"""What an actor allows to be done with its data, purpose by purpose."""

from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.vocabulary import ActorId


@dataclass(frozen=True, kw_only=True)
class Consent:
    """The last word of an actor on one purpose, and since when it holds."""

    actor_id: ActorId
    purpose: str
    fields: tuple[str, ...]
    """To which fields it is limited; none named: all fields of the purpose."""
    is_given: bool
    since: datetime


def give(said: Consent | None, wanted: Consent) -> Consent:
    """What the actor has said once it gives this; what it said already when it is the same."""
    if said is not None and said.is_given and said.fields == wanted.fields:
        return said
    return wanted


def withdraw(said: Consent | None, wanted: Consent) -> Consent:
    """What the actor has said once it withdraws. What was never given can be withdrawn too."""
    if said is not None and not said.is_given:
        return said
    return wanted
