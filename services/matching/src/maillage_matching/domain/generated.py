"""How many proposals the engine came upon, most of which nobody was ever shown."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.draft import LeadKind
from maillage_matching.domain.substitution import Pairing

Couple = tuple[FlowId, FlowId]
"""A need and an offer."""


def generated(pairings: Iterable[Pairing], passed: AbstractSet[Couple]) -> Mapping[LeadKind, int]:
    """Pairs that pass the gates and did not before, by the kind of lead they would be."""
    new = (
        one
        for one in pairings
        if one.verdict == "pass" and (one.need_id, one.offer_id) not in passed
    )
    return Counter("transformation" if one.rule else "substitution" for one in new)


def generated_pools(
    scores: Mapping[str, float | None], shared: AbstractSet[str]
) -> Mapping[LeadKind, int]:
    """Streams that may be shared and could not be before."""
    new = sum(score is not None and stream not in shared for stream, score in scores.items())
    return {"mutualisation": new} if new else {}
