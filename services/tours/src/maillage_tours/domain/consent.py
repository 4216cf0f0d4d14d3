"""A ride that two sides agree on: what was offered, and who said yes, and when."""

from datetime import datetime
from typing import Self
from uuid import UUID

from maillage_contracts.vocabulary import ActorId, Kilometres, Label, Money, Value, Word


class Consent(Value):
    """One side has said yes."""

    actor_id: ActorId
    given_at: datetime
    by_itself: bool
    """Or else a dispatcher said so for it."""


class AgreedRide(Value):
    """A ride on another's round, on the terms of the first who said yes to it."""

    round_id: UUID
    driver_id: ActorId
    label: Label
    leg: Word
    taken_at: datetime
    given_at: datetime
    detour_km: Kilometres
    pays: Money
    must_agree: tuple[ActorId, ...]
    consents: tuple[Consent, ...] = ()

    @property
    def is_agreed(self) -> bool:
        """Whether all who must have said yes."""
        return {one.actor_id for one in self.consents} >= set(self.must_agree)

    def agreed_by(self, consent: Consent) -> Self:
        """The ride with one yes more; a second one of the same actor is nothing new."""
        if any(one.actor_id == consent.actor_id for one in self.consents):
            return self
        return self.model_copy(update={"consents": (*self.consents, consent)})

    def withdrawn_by(self, actor_id: ActorId) -> Self | None:
        """The ride without the yes of this actor; None when nobody's is left."""
        rest = tuple(one for one in self.consents if one.actor_id != actor_id)
        return self.model_copy(update={"consents": rest}) if rest else None
