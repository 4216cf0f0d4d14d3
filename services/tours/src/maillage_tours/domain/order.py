"""A transport order and its life: asked for, accepted, planned, carried, ended."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.vocabulary import (
    ActorId,
    Kilograms,
    Load,
    OrderId,
    Place,
    TimeWindow,
    TourId,
    Value,
    Word,
)
from maillage_tours.domain.consent import AgreedRide


class OrderStatus(StrEnum):
    """Where an order is in its life."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    AT_HUB = "at_hub"
    RIDING = "riding"
    """On somebody's own round, as both sides have agreed: no tour of ours carries it."""
    SUSPENDED = "suspended"
    FULFILLED = "fulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = OrderStatus
_ENDS = frozenset({_S.FULFILLED, _S.PARTIALLY_FULFILLED, _S.FAILED})

NEXT: dict[OrderStatus, frozenset[OrderStatus]] = {
    _S.REQUESTED: frozenset({_S.ACCEPTED, _S.SUSPENDED, _S.CANCELLED}),
    _S.ACCEPTED: frozenset({_S.PLANNED, _S.RIDING, _S.SUSPENDED, _S.CANCELLED}),
    # Back to accepted when one side withdraws.
    _S.RIDING: frozenset({_S.ACCEPTED, _S.SUSPENDED, _S.CANCELLED}),
    # Back to accepted when its tour is cancelled; failed when its pickup is.
    _S.PLANNED: frozenset({_S.ACCEPTED, _S.IN_PROGRESS, _S.SUSPENDED, _S.CANCELLED, _S.FAILED}),
    _S.IN_PROGRESS: _ENDS | {_S.AT_HUB},
    _S.AT_HUB: frozenset({_S.IN_PROGRESS, _S.FAILED, _S.CANCELLED}),
    _S.SUSPENDED: frozenset({_S.CANCELLED}),
    _S.FULFILLED: frozenset(),
    _S.PARTIALLY_FULFILLED: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""The whole life of an order: from each status, those that may follow."""

NOT_YET_LOADED = frozenset({_S.REQUESTED, _S.ACCEPTED, _S.PLANNED, _S.RIDING})
"""Nothing of it is on a vehicle of ours yet: it may still be suspended."""


ALTERNATIVES_MAX = 4

SCALES_DIFFER = Decimal("1.05")
SCALES_DIFFER_KG = Decimal(5)
"""A shop's scale and a hub's agree within 5 % or 5 kg: a tolerance of ours, not of a standard."""


class Priority(StrEnum):
    """Which orders come first where not all can be carried."""

    URGENT = "urgent"
    NORMAL = "normal"
    CAN_WAIT = "can_wait"


_RANKS = {Priority.CAN_WAIT: 0, Priority.NORMAL: 2, Priority.URGENT: 4}


class Alternative(Value):
    """Another place where an order may be handed over, such as a relay point, and when."""

    place: Place
    window: TimeWindow


class Carriage(Value):
    """The published tour that carries one leg of an order."""

    leg: int
    tour_id: TourId


class Order(Value):
    """One load from one place to another within its customers' windows."""

    order_id: OrderId
    origin: Word
    origin_id: UUID | None = None
    on: date
    pickup: Place
    dropoff: Place
    load: Load
    pickup_window: TimeWindow
    dropoff_window: TimeWindow
    is_waste: bool = False
    is_soiled: bool = False
    """Dirty without being waste: empty crates, used linen."""
    is_return: bool = False
    priority: Priority = Priority.NORMAL
    is_perishable: bool = False
    goods: Word | None = None
    """What they are, where a territory keeps some goods apart from others."""
    alternatives: tuple[Alternative, ...] = Field(default=(), max_length=ALTERNATIVES_MAX)
    """Where else it may be handed over: at one place, whichever suits the round."""
    follows: OrderId | None = None
    """The order of the evening before that brings its goods to where it begins."""
    status: OrderStatus = OrderStatus.REQUESTED
    reason: Word | None = None
    carriages: tuple[Carriage, ...] = ()
    ride: AgreedRide | None = None
    """The round of another that may carry it instead, and who agrees."""
    held_at: Place | None = None
    """The hub where its goods wait for the second leg."""
    taken_kg: Kilograms = Decimal(0)
    """What was handed over last: on a vehicle, at the hub, or at its destination."""
    refused_kg: Kilograms = Decimal(0)
    version: int = 1

    def become(self, status: OrderStatus, **changes: object) -> Self:
        """The order one step further in its life; raises Refused when that step is not in NEXT."""
        if status not in NEXT[self.status]:
            raise Refused(f"order {self.order_id} is {self.status}: it cannot become {status}")
        return self.changed(**changes, status=status)

    def changed(self, **changes: object) -> Self:
        """The order with these fields changed, one version on."""
        return self.model_copy(update={**changes, "version": self.version + 1})

    def taken(self, *, accepted_kg: Decimal, refused_kg: Decimal, reason: Word | None) -> Self:
        """The order after its pickup: on a vehicle, or failed when nothing was taken."""
        refused_kg += self.refused_kg
        if not accepted_kg:
            return self.become(
                OrderStatus.FAILED, taken_kg=accepted_kg, refused_kg=refused_kg, reason=reason
            )
        return self.become(
            OrderStatus.IN_PROGRESS,
            taken_kg=accepted_kg,
            refused_kg=refused_kg,
            reason=reason,
            held_at=None,
        )

    def given(
        self,
        *,
        accepted_kg: Decimal,
        refused_kg: Decimal,
        reason: Word | None,
        hub: Place | None = None,
    ) -> Self:
        """The order after a dropoff, at its destination or at the hub between its legs.

        Raises Invalid when more is given than was taken, beyond what two scales may differ by.
        """
        most_kg = self.taken_kg * SCALES_DIFFER + SCALES_DIFFER_KG
        if accepted_kg + refused_kg > most_kg:
            raise Invalid(
                "handovers", f"order {self.order_id}: {self.taken_kg:f} kg were taken on board"
            )
        status = _outcome(accepted_kg, self.refused_kg + refused_kg)
        if hub is not None and status != OrderStatus.FAILED:
            status = OrderStatus.AT_HUB
        return self.become(
            status,
            taken_kg=accepted_kg,
            refused_kg=self.refused_kg + refused_kg,
            reason=reason or self.reason,
            held_at=hub if status == OrderStatus.AT_HUB else None,
        )

    @property
    def is_dirty(self) -> bool:
        """Whether it goes into a dirty compartment, or has a vehicle cleaned after it."""
        return self.is_waste or self.is_soiled

    @property
    def rank(self) -> int:
        """The higher, the sooner: by priority, and among equals perishable goods first."""
        return _RANKS[self.priority] + self.is_perishable

    @property
    def ends(self) -> tuple[Alternative, ...]:
        """All places where it may be handed over, the one asked for first."""
        asked = Alternative.model_construct(place=self.dropoff, window=self.dropoff_window)
        return asked, *self.alternatives

    @property
    def actors(self) -> frozenset[ActorId]:
        """Whose goods or doors these are."""
        ends = (self.pickup.actor_id, self.dropoff.actor_id)
        return frozenset(actor for actor in ends if actor is not None)

    def tour_of_leg(self, leg: int) -> TourId | None:
        """The published tour that carries this leg, if one does."""
        return next((c.tour_id for c in self.carriages if c.leg == leg), None)


def _outcome(accepted_kg: Decimal, refused_kg: Decimal) -> OrderStatus:
    if not accepted_kg:
        return OrderStatus.FAILED
    return OrderStatus.PARTIALLY_FULFILLED if refused_kg else OrderStatus.FULFILLED
