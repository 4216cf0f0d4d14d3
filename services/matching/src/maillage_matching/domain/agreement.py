"""What an agreement must satisfy before it is one, and what may be published of it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.case import Case

SynergyStatus = Literal["agreed", "ended"]
NEXT: dict[SynergyStatus, frozenset[SynergyStatus]] = {
    "agreed": frozenset({"ended"}),
    "ended": frozenset(),
}
Attribution = Literal["no", "partly", "yes"]
"""Would it have happened without the hub?"""

CASES_TO_PUBLISH = 3
"""Below three similar cases of different firms one of them can be guessed: then all parties must
have consented."""


def check_move(status: SynergyStatus, to: SynergyStatus) -> None:
    """Raise Refused when the life of a synergy does not lead there."""
    if to not in NEXT[status]:
        raise Refused(f"this synergy is {status}: it cannot become {to}")


def answered(now: Attribution | None, before: str | None) -> str:
    """The answer to the closing question; raises Invalid when it was never given."""
    told = now or before
    if told is None:
        raise Invalid("attribution", "would it have happened without the hub? no, partly or yes")
    return told


def check_parties(
    case: Case, shares: Sequence[tuple[ActorId, Decimal]], flows: Sequence[FlowId]
) -> None:
    """Raise Invalid unless the parties and flows are the case's and the shares add up to 1."""
    strangers = {actor for actor, _ in shares} - set(case.actor_ids)
    if strangers:
        raise Invalid("parties", f"not in the case: {_listed(strangers)}")
    if len({actor for actor, _ in shares}) != len(shares):
        raise Invalid("parties", "each party once: add up what it does and brings")
    unrelated = set(flows) - {one.flow_id for one in case.members}
    if unrelated:
        raise Invalid("flow_ids", f"not in the case: {_listed(unrelated)}")
    whole = sum((share for _, share in shares), Decimal(0))
    if whole != 1:
        raise Invalid("parties", f"the shares add up to {whole:f}, they must add up to exactly 1")


def check_publishable(*, consented: bool, refusing: Sequence[str], crowd: int) -> None:
    """Raise Refused unless nobody could be recognised, or all parties agreed to be.

    `crowd` counts similar cases, those between the same firms as one.
    """
    if crowd >= CASES_TO_PUBLISH:
        return
    if refusing:
        names = ", ".join(refusing)
        raise Refused(f"withdrew the consent to sharing with other territories: {names}")
    if not consented:
        raise Refused(
            f"{crowd} such cases: a firm could be recognised; all parties must consent, "
            f"or {CASES_TO_PUBLISH} cases of different firms be there"
        )


def _listed(identifiers: set[ActorId] | set[FlowId]) -> str:
    return ", ".join(sorted(str(one) for one in identifiers))
