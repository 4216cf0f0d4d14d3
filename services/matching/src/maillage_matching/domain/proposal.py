"""A lead that a person proposes: no score, no quota, and gates that only warn."""

from collections.abc import Sequence

from maillage_matching.domain.draft import Content, LeadKind, euros, member
from maillage_matching.domain.gates import explain, warnings
from maillage_matching.domain.gates_of_law import net_value_eur
from maillage_matching.domain.pair import Gate, Ground, Pair, Side
from maillage_matching.domain.pooling import pool_gates, total_quantity, with_economy
from maillage_matching.domain.substitution import best_way

ROLE_OF = {"out": "donor", "in": "receiver"}


def content_proposed(kind: LeadKind, sides: Sequence[Side], note: str, ground: Ground) -> Content:
    """What the lead says: the person's note first, then what the gates warn of."""
    pooled = kind == "mutualisation"
    pair = None if pooled else first_pair(sides, ground)
    rule = pair.rule if pair else None
    gates = pool_gates(sides, ground) if pooled else explain(pair, ground) if pair else ()
    content = Content(
        kind=kind,
        resource=(pair.offer if pair else sides[0]).resource,
        replaces=pair.need.spec if pair else None,
        members=tuple(
            member(side, "member" if pooled else ROLE_OF.get(side.flow.direction, "member"))
            for side in sides
        ),
        activity_zone=sides[0].flow.activity_zone,
        rule=rule.name if rule else None,
        transformation=rule.process or None if rule else None,
        equipment=rule.equipment or None if rule else None,
        gates=gates,
        explanation=(note, *_warned(gates)),
        distance_km=pair.km if pair else None,
        value=euros(net_value_eur(pair, ground)) if pair else None,
        quantity=total_quantity(sides) if pooled else sides[0].flow.quantity,
    )
    return with_economy(content, sides, None, ground) if pooled else content


def first_pair(sides: Sequence[Side], ground: Ground) -> Pair | None:
    """The first offer and the first need among the flows, by the way that serves best."""
    offer = next((side for side in sides if side.flow.direction == "out"), None)
    need = next((side for side in sides if side.flow.direction == "in"), None)
    if offer is None or need is None:
        return None
    found = best_way(offer, need, ground)
    return found.pair if found else Pair(offer, need)


def _warned(gates: Sequence[Gate]) -> tuple[str, ...]:
    return tuple(f"{gate.verdict}: {gate.code}, {gate.reason}" for gate in warnings(gates))
