"""What turning a lead or a case down keeps from coming back."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from uuid import NAMESPACE_URL, uuid5

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import ActorId, LeadId
from maillage_matching.domain.draft import Member
from maillage_matching.domain.kept import Kept
from maillage_matching.domain.ruling import Ruling, Voice
from maillage_matching.domain.suppression import REASONS, Amount, Suppression

PAIRS_MAX = 50
OF_A_PAIR = frozenset({"substitution", "transformation"})
"""Kinds of leads where one thing serves a need: there may be a rule against the two."""


class Rejection(Kept):
    """Who turned what down, why, and until when (absent: as long as each reason usually holds).

    With `said_by`, one of the firms would say so to anybody: it is left alone for this thing.
    `amounts` and `ways` (the rules that start from it) are as they were at that moment.
    """

    lead_id: LeadId
    slot: str
    kind: str
    resource: str
    members: tuple[Member, ...]
    reasons: tuple[str, ...]
    owner: str
    at: datetime
    until: date | None = None
    said_by: ActorId | None = None
    amounts: tuple[Amount, ...] = ()
    ways: frozenset[str] | None = None
    replaces: str | None = None
    note: str | None = None


def suppressions_of(rejection: Rejection) -> list[Suppression]:
    """One for each reason and pair of actors; of a firm or a shared stream, one for each reason."""
    return [one for reason in rejection.reasons for one in _of_reason(rejection, reason)]


def _of_reason(rejection: Rejection, reason: str) -> Iterator[Suppression]:
    known = REASONS[reason]
    until = rejection.until or rejection.at.date() + timedelta(days=known.days)
    if rejection.said_by is not None and not known.whatever_flows:
        alone = frozenset((rejection.said_by,))
        yield _suppression(rejection, reason, until, actors=alone, resource=rejection.resource)
        return
    if rejection.kind == "mutualisation":
        yield _suppression(rejection, reason, until, slot=rejection.slot)
        return
    for pair in couples(rejection.members):
        resource = None if known.whatever_flows else rejection.resource
        yield _suppression(rejection, reason, until, actors=pair, resource=resource)


def _suppression(
    rejection: Rejection,
    reason: str,
    until: date,
    *,
    actors: frozenset[ActorId] = frozenset(),
    resource: str | None = None,
    slot: str | None = None,
) -> Suppression:
    about = slot or "/".join(sorted(map(str, actors)))
    return Suppression(
        suppression_id=uuid5(NAMESPACE_URL, f"{rejection.lead_id}/{reason}/{about}"),
        actors=actors,
        resource=resource,
        slot=slot,
        reason=reason,
        owner=rejection.owner,
        since=rejection.at,
        until=until,
        lead_id=rejection.lead_id,
        amounts=rejection.amounts,
        ways=rejection.ways,
    )


def rulings_of(rejection: Rejection) -> list[Ruling]:
    """What is proposed when something is turned down: one for each reason of law."""
    if rejection.kind not in OF_A_PAIR:
        return []
    voice = Voice(
        by=rejection.owner, at=rejection.at, lead_id=rejection.lead_id, note=rejection.note
    )
    need = rejection.replaces or rejection.resource
    return [
        Ruling(
            ruling_id=uuid5(NAMESPACE_URL, f"ruling/{rejection.resource}/{need}/{reason}"),
            resource=rejection.resource,
            need=need,
            reason=reason,
            proposed_at=rejection.at,
            voices=(voice,),
        )
        for reason in dict.fromkeys(rejection.reasons)
        if REASONS[reason].facet == "regulatory"
    ]


def check_said_by(said_by: ActorId | None, members: Sequence[Member]) -> None:
    """Raise Invalid unless it is one of the firms that this is about."""
    if said_by is not None and said_by not in {one.actor_id for one in members}:
        raise Invalid("said_by", "none of its firms")


def couples(members: Sequence[Member]) -> list[frozenset[ActorId]]:
    """Each donor with each receiver; where nobody gives to anybody, each with each."""
    donors = [one.actor_id for one in members if one.role == "donor"]
    receivers = [one.actor_id for one in members if one.role == "receiver"]
    pairs = [frozenset((donor, receiver)) for donor in donors for receiver in receivers]
    if not pairs:
        actors = dict.fromkeys(one.actor_id for one in members)
        pairs = [frozenset(pair) for pair in combinations(actors, 2)]
    return list(dict.fromkeys(pair for pair in pairs if len(pair) > 1))[:PAIRS_MAX]
