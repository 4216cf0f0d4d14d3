"""Which offers serve a need, as they are or once transformed, and the leads that come of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.draft import Content, Draft, euros, member, said
from maillage_matching.domain.gates import Finding, examine
from maillage_matching.domain.gates_of_law import net_value_eur
from maillage_matching.domain.gates_of_matter import resource
from maillage_matching.domain.pair import (
    Ask,
    Gate,
    Ground,
    Pair,
    Side,
    Verdict,
    passes,
    road_km,
    unknown,
)
from maillage_matching.domain.resource import Rule
from maillage_matching.domain.score import terms_of, total

DONORS_MAX = 3
"""Firms in one transformation: one refusal must not end it, and more would be a crowd."""
KEPT_MAX = 40
"""Pairs kept of each verdict for one flow: the best that pass, the nearest that do not."""
SLOT_OF_NEED = "need:"
ASKS_MAX = 3
"""Questions that one flow may cause among its counterparts."""

_RANK = {"pass": 0, "unknown": 1, "fail": 2}


@dataclass(frozen=True)
class Pairing:
    """What is kept of the examination of an offer and a need.

    `code` and `reason` are of the gate that failed, or that waits for an answer; what failed has
    no score.
    """

    need_id: FlowId
    offer_id: FlowId
    rule: str | None
    verdict: Verdict
    score: float
    code: str | None = None
    reason: str | None = None
    unblock: str | None = None


@dataclass(frozen=True)
class Paired:
    """The pairings of the flows that changed, and the questions that would decide some."""

    pairings: tuple[Pairing, ...]
    asks: tuple[Ask, ...]


def pair_up(found: Iterable[tuple[Side, Iterable[Side]]], ground: Ground) -> Paired:
    """Examine each flow that changed against those found for it, and each pair once."""
    done: set[tuple[int, int]] = set()
    pairings: list[Pairing] = []
    questions: dict[tuple[FlowId, str], Ask] = {}
    for side, others in found:
        findings: list[Finding] = []
        for offer, need in _couples(side, others):
            couple = need.rank, offer.rank
            if couple not in done and (finding := best_way(offer, need, ground)):
                findings.append(finding)
            done.add(couple)
        kept = _kept(findings, ground)
        pairings += [pairing for _, pairing in kept]
        for ask in _asked(finding for finding, _ in kept):
            questions.setdefault((ask.flow_id, ask.attribute), ask)
    return Paired(tuple(pairings), tuple(questions.values()))


def _couples(side: Side, others: Iterable[Side]) -> Iterator[tuple[Side, Side]]:
    mine = side.flow
    for other in others:
        if other.flow.direction != mine.direction and other.flow.actor_id != mine.actor_id:
            yield (side, other) if mine.direction == "out" else (other, side)


def best_way(offer: Side, need: Side, ground: Ground) -> Finding | None:
    """The best of the ways in which an offer may serve a need; None when there is none at all."""
    best = None
    for pair in ways(offer, need, ground):
        found = examine(pair, ground)
        if best is None or _RANK[found.verdict] < _RANK[best.verdict]:
            best = found
    return best


def ways(offer: Side, need: Side, ground: Ground) -> Iterator[Pair]:
    """As it is first, then by each rule that fits."""
    as_it_is = Pair(offer, need)
    if resource(as_it_is, ground).verdict == "pass":
        yield as_it_is
    for rule in ground.knowledge.transformations_from(offer.spec):
        if ground.knowledge.serves(rule, need.spec, need.functions):
            yield Pair(offer, need, rule)


def _kept(findings: Iterable[Finding], ground: Ground) -> list[tuple[Finding, Pairing]]:
    """The best of each verdict. Of hundreds few are kept: only those are written out."""
    by_verdict: dict[Verdict, list[tuple[Finding, float]]] = defaultdict(list)
    for finding in findings:
        verdict = finding.verdict
        score = 0.0 if verdict == "fail" else _score(finding, ground)
        by_verdict[verdict].append((finding, score))
    kept: list[tuple[Finding, Pairing]] = []
    for found in by_verdict.values():
        found.sort(key=lambda one: _best_first(*one))
        kept += [(finding, _pairing(finding, score)) for finding, score in found[:KEPT_MAX]]
    return kept


def _score(finding: Finding, ground: Ground) -> float:
    return total(terms_of(finding.pair, net_value_eur(finding.pair, ground), ground))


def _best_first(finding: Finding, score: float) -> tuple[float, float, int, int]:
    pair = finding.pair
    return -score, pair.km or 0.0, pair.need.rank, pair.offer.rank


def _pairing(finding: Finding, score: float) -> Pairing:
    pair = finding.pair
    stopped = finding.failed or next(iter(finding.asking), None)
    return Pairing(
        need_id=pair.need.flow.flow_id,
        offer_id=pair.offer.flow.flow_id,
        rule=pair.rule.name if pair.rule else None,
        verdict=finding.verdict,
        score=score,
        code=stopped.code if stopped else None,
        reason=stopped.reason if stopped else None,
        unblock=stopped.unblock if stopped else None,
    )


def _asked(findings: Iterable[Finding]) -> list[Ask]:
    waiting = [found.question for found in findings if found.verdict == "unknown"]
    return [ask for ask in waiting if ask][:ASKS_MAX]


def slot_of_need(need_id: FlowId) -> str:
    """One lead at a time for each need; the other donors wait behind it."""
    return f"{SLOT_OF_NEED}{need_id}"


def drafts_for_need(
    need: Side,
    offers: Sequence[tuple[Side, str | None]],
    machines: Sequence[Side],
    ground: Ground,
) -> list[Draft]:
    """The proposals for a need, best first.

    Each donor that serves as it is, and each rule with its best donors. `offers` come with the name
    of their rule; what no longer passes is left out.
    """
    by_rule: dict[Rule | None, list[Finding]] = defaultdict(list)
    for offer, name in offers:
        rule = ground.knowledge.rule_named(name)
        finding = examine(Pair(offer, need, rule), ground)
        if finding.verdict == "pass":
            by_rule[rule].append(finding)
    direct = by_rule.pop(None, [])
    drafts = [_direct(found, several=len(direct) > 1, ground=ground) for found in direct]
    drafts += [
        _transformed(rule, found, machines, ground) for rule, found in by_rule.items() if rule
    ]
    return sorted(drafts, key=lambda draft: draft.order)


def _direct(finding: Finding, *, several: bool, ground: Ground) -> Draft:
    pair = finding.pair
    worth = net_value_eur(pair, ground)
    terms = terms_of(pair, worth, ground)
    others = ("others would do as well: they wait behind this one",) if several else ()
    said_first = f"{pair.offer.name} has what {pair.need.name} looks for: {pair.offer.flow.label}"
    return Draft(
        slot=slot_of_need(pair.need.flow.flow_id),
        key=f"offer:{pair.offer.flow.flow_id}",
        content=Content(
            kind="substitution",
            resource=pair.offer.resource,
            replaces=pair.need.spec,
            members=(member(pair.offer, "donor"), member(pair.need, "receiver")),
            activity_zone=pair.need.flow.activity_zone,
            gates=finding.gates,
            explanation=(said_first, *said(terms), *others),
            score=total(terms),
            distance_km=pair.km,
            value=euros(worth),
            quantity=pair.offer.flow.quantity,
            cost_today=pair.need.flow.cost_today,
        ),
    )


def _transformed(
    rule: Rule, findings: list[Finding], machines: Sequence[Side], ground: Ground
) -> Draft:
    ranked = sorted(findings, key=lambda found: _order(found, ground))[:DONORS_MAX]
    best, need = ranked[0].pair, ranked[0].pair.need
    found = {spec: nearest(machines, spec, need) for spec in rule.machines}
    worth = net_value_eur(best, ground)
    terms = terms_of(best, worth, ground)
    donors = ", ".join(found.pair.offer.name for found in ranked)
    first = (
        f"{rule.process} turns {rule.from_spec} of {donors} into what {need.name} looks for: "
        f"{need.flow.label}"
    )
    members = [member(found.pair.offer, "donor") for found in ranked]
    members.append(member(need, "receiver"))
    there = {one.flow_id for one in members}
    members += [
        member(machine, "processor")
        for machine in found.values()
        if machine is not None and machine.flow.flow_id not in there
    ]
    return Draft(
        slot=slot_of_need(need.flow.flow_id),
        key=f"rule:{rule.name}",
        content=Content(
            kind="transformation",
            resource=best.offer.resource,
            replaces=need.spec,
            members=tuple(members),
            activity_zone=need.flow.activity_zone,
            rule=rule.name,
            transformation=rule.process,
            equipment=rule.equipment or None,
            missing_link=next((spec for spec, machine in found.items() if machine is None), None),
            gates=(*ranked[0].gates, *machine_gates(found)),
            explanation=(first, *said(terms), f"known from: {rule.source}"),
            score=total(terms),
            distance_km=best.km,
            value=euros(worth),
            quantity=need.flow.quantity,
            cost_today=need.flow.cost_today,
        ),
    )


def _order(finding: Finding, ground: Ground) -> tuple[float, FlowId]:
    return -_score(finding, ground), finding.pair.offer.flow.flow_id


def nearest(sides: Iterable[Side], spec: str, need: Side) -> Side | None:
    """Who has this equipment, nearest first."""
    having = [side for side in sides if side.spec == spec and side.flow.direction == "out"]
    return min(having, key=lambda one: _how_far(one, need), default=None)


def _how_far(one: Side, other: Side) -> tuple[float, FlowId]:
    km = road_km(one.flow, other.flow)
    return km if km is not None else float("inf"), one.flow.flow_id


def machine_gates(found: Mapping[str, Side | None]) -> tuple[Gate, ...]:
    """Whether somebody has each machine; a missing one is named, and does not stop the lead."""
    if not found:
        return (passes("equipment", "no machine is needed"),)
    return tuple(
        unknown("equipment", f"missing link: nobody here has declared a {spec}")
        if machine is None
        else passes("equipment", f"{machine.name} has {machine.flow.label}")
        for spec, machine in found.items()
    )
