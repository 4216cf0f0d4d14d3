"""A sharing request: a firm asks to use another's machine, premises or staff for a while."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from pydantic import Field

from maillage_contracts.refusals import Invalid, NotFound, Refused
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.flow import Flow
from maillage_matching.domain.kept import Kept

SHARED_KINDS = frozenset({"equipment", "premises", "staff"})
LENT_WITH = frozenset({"lend", "offer"})
"""Intents of whoever lets others use what it has."""
LONGEST = timedelta(days=366)
FARTHEST_AHEAD = timedelta(days=2 * 366)

SharingStatus = Literal["new", "to_confirm", "confirmed", "finished", "refused"]
Party = Literal["owner", "borrower"]
NEXT: dict[SharingStatus, frozenset[SharingStatus]] = {
    "new": frozenset({"to_confirm", "refused"}),
    "to_confirm": frozenset({"new", "confirmed", "refused"}),
    "confirmed": frozenset({"finished", "refused"}),
    "finished": frozenset(),
    "refused": frozenset(),
}
"""The states and moves of EBS, the sharing software of cooperative platforms: both consent. The
owner accepts, if need be on other days; the borrower confirms, or proposes others."""

WHO: dict[tuple[SharingStatus, SharingStatus], Party] = {
    ("new", "to_confirm"): "owner",
    ("to_confirm", "new"): "borrower",
    ("to_confirm", "confirmed"): "borrower",
    ("confirmed", "finished"): "owner",
}
"""Whose move it is; refusing is anybody's."""

HOLDS: frozenset[SharingStatus] = frozenset({"to_confirm", "confirmed"})
"""From the owner's word on, the time is promised to nobody else."""
OPEN: frozenset[SharingStatus] = frozenset({"new", "to_confirm", "confirmed"})


class Stretch(NamedTuple):
    """A time from `starts_at` up to, and without, `ends_at`."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Stretch") -> bool:
        """Whether the two have a moment in common."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


class Move(Kept):
    """When the request came to a status, through whom, and for which time."""

    status: SharingStatus
    at: datetime
    by: str
    starts_at: datetime
    ends_at: datetime


class Sharing(Kept):
    """One request, from the question to the return."""

    sharing_id: UUID
    flow_id: FlowId
    kind: str
    label: str
    owner_id: ActorId
    borrower_id: ActorId
    status: SharingStatus = "new"
    starts_at: datetime
    ends_at: datetime
    note: Annotated[str, Field(max_length=2000)] = ""
    asked_at: datetime
    moves: tuple[Move, ...] = ()
    version: int = 1

    @property
    def stretch(self) -> Stretch:
        """The time asked for."""
        return Stretch(self.starts_at, self.ends_at)

    @property
    def holds_time(self) -> bool:
        """Whether nobody else may have that time."""
        return self.status in HOLDS

    def party_of(self, actor_id: ActorId) -> Party:
        """On which side this actor is; raises NotFound for anybody else."""
        if actor_id == self.owner_id:
            return "owner"
        if actor_id == self.borrower_id:
            return "borrower"
        raise NotFound(f"{actor_id} has nothing to do with this request")

    def moved(
        self, to: SharingStatus, at: datetime, by: str, *, stretch: Stretch | None = None
    ) -> "Sharing":
        """The request in another status, for another time if one is given; raises Refused."""
        if to not in NEXT[self.status]:
            raise Refused(f"this request is {self.status}: it cannot become {to}")
        starts_at, ends_at = stretch or self.stretch
        move = Move(status=to, at=at, by=by, starts_at=starts_at, ends_at=ends_at)
        return self.model_copy(
            update={
                "status": to,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "moves": (*self.moves, move),
                "version": self.version + 1,
            }
        )


def check_turn(sharing: Sharing, to: SharingStatus, actor_id: ActorId) -> None:
    """Raise Refused when this move is the other party's; NotFound for who is none."""
    party = sharing.party_of(actor_id)
    whose = WHO.get((sharing.status, to), party)
    if party != whose:
        raise Refused(f"this is for the {whose} to say")


def check_lent(flow: Flow) -> None:
    """Raise NotFound unless this is a machine, premises or staff that its owner now lends."""
    lent = flow.kind in SHARED_KINDS and flow.direction == "out" and flow.intent in LENT_WITH
    if not lent or not flow.is_matchable:
        raise NotFound(f"{flow.flow_id} is nothing that its owner lends at present")


def check_stretch(stretch: Stretch, flow: Flow, now: datetime) -> None:
    """Raise Invalid unless the time is ahead, in whole minutes, and within what is offered."""
    _check_length(stretch)
    if stretch.starts_at < now:
        raise Invalid("starts_at", "not in the past")
    if stretch.ends_at - now > FARTHEST_AHEAD:
        raise Invalid("ends_at", f"{FARTHEST_AHEAD.days} days ahead at most")
    if flow.available_from and stretch.starts_at.date() < flow.available_from:
        raise Invalid("starts_at", f"it is lent from {flow.available_from} on")
    if flow.available_until and stretch.ends_at.date() > flow.available_until:
        raise Invalid("ends_at", f"it is lent until {flow.available_until}")


def _check_length(stretch: Stretch) -> None:
    for field, moment in stretch._asdict().items():
        if moment.second or moment.microsecond:
            raise Invalid(field, "in whole minutes")
    if stretch.ends_at <= stretch.starts_at:
        raise Invalid("ends_at", "after its beginning")
    if stretch.ends_at - stretch.starts_at > LONGEST:
        raise Invalid("ends_at", f"{LONGEST.days} days at most: beyond, make it a synergy")


def taken(stretch: Stretch) -> Refused:
    """The refusal of who comes second."""
    return Refused(
        f"some of the time from {stretch.starts_at:%Y-%m-%d %H:%M} to "
        f"{stretch.ends_at:%Y-%m-%d %H:%M} is promised to somebody else: see the calendar"
    )


def key_of_sharing(sharing: Sharing) -> tuple[str, str]:
    """Sort keys in lists of requests."""
    return sharing.asked_at.isoformat(), str(sharing.sharing_id)
