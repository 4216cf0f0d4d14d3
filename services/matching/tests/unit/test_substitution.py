"""Which offers serve a need, as they are or once transformed, and what is proposed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from maillage_contracts.samples import an_id
from maillage_matching.domain.draft import Draft
from maillage_matching.domain.pair import Ground, Side
from maillage_matching.domain.substitution import (
    ASKS_MAX,
    DONORS_MAX,
    KEPT_MAX,
    best_way,
    drafts_for_need,
    pair_up,
)

MakeSide = Callable[..., Side]
CARD: dict[str, Any] = {
    "spec": "cardboard",
    "waste_code": "15 01 01",
    "functions": (),
    "form": "flat",
    "quantity": {"value": 1, "unit": "t", "per": "P1M"},
}
WRAP: dict[str, Any] = {
    "spec": "bubble_wrap",
    "functions": ("cushioning",),
    "form": "roll",
    "quantity": {"value": 2, "unit": "t", "per": "P1Y"},
}


def proposed(drafts: list[Draft]) -> list[str]:
    return [draft.key.partition(":")[0] for draft in drafts]


def test_each_pair_is_examined_once_from_whichever_side_it_comes(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    offer, need = an_offer(), a_need()
    from_offer = pair_up([(offer, [need])], ground)
    from_need = pair_up([(need, [offer])], ground)
    both = pair_up([(need, [offer]), (offer, [need])], ground)
    assert from_offer == from_need == both
    assert [one.verdict for one in both.pairings] == ["pass"]


def test_those_who_have_nothing_to_do_with_one_another_are_no_pair(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    same_code_only = {"waste_code": "20 03 01", "functions": ()}
    waste = an_offer(spec="mixed_waste", **same_code_only)
    butts = a_need(spec="cigarette_butts", **same_code_only)
    other = an_offer(who={"name": "STRH"})
    assert pair_up([(waste, [butts, a_need(), an_offer(), other])], ground).pairings == ()
    assert best_way(waste, butts, ground) is None


def test_what_is_blocked_is_kept_with_its_reason(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    [pairing] = pair_up([(an_offer(form="swarf"), [a_need(form="bar")])], ground).pairings
    assert (pairing.verdict, pairing.code) == ("fail", "form")
    assert pairing.reason == "swarf is offered, bar is needed"


def test_a_missing_fact_is_one_question_and_no_lead(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    offer = an_offer(contamination=None, waste_status=None)
    needs = [a_need(who={"name": f"Needs {n}"}) for n in range(3)]
    paired = pair_up([(offer, needs)], ground)
    assert {one.verdict for one in paired.pairings} == {"unknown"}
    assert [(ask.flow_id, ask.attribute) for ask in paired.asks] == [
        (offer.flow.flow_id, "contamination")
    ]


def test_one_flow_causes_few_questions_and_few_rows(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    offers = [an_offer(who={"name": f"Firm {n}"}, contamination=None) for n in range(50)]
    paired = pair_up([(a_need(), offers)], ground)
    assert len(paired.asks) == ASKS_MAX
    assert len(paired.pairings) == KEPT_MAX


def test_the_best_donor_is_proposed_first_and_the_others_wait(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    near = an_offer(who={"name": "Near"}, pain_rank=1)
    far = an_offer(who={"name": "Far"}, position={"lat": 46.3, "lon": 6.4})
    drafts = drafts_for_need(a_need(), [(far, None), (near, None)], [], ground)
    assert [draft.content.members[0].actor_id for draft in drafts] == [an_id("Near"), an_id("Far")]
    best = drafts[0].content
    assert best.kind == "substitution"
    assert best.explanation[0].startswith("Near has what STRH looks for")
    assert best.explanation[-1] == "others would do as well: they wait behind this one"
    assert len([line for line in best.explanation if "/100" in line]) == 5
    assert best.value is not None
    assert {draft.slot for draft in drafts} == {f"need:{a_need().flow.flow_id}"}


def test_what_no_longer_passes_is_left_out(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    stale = an_offer(status="stale")
    assert drafts_for_need(a_need(), [(stale, None), (an_offer(), "no_such_rule")], [], ground) == (
        drafts_for_need(a_need(), [(an_offer(), None)], [], ground)
    )


def test_cardboard_of_several_firms_is_shredded_for_one_that_packs(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    firms = [an_offer(who={"name": f"Firm {n}"}, **CARD) for n in range(DONORS_MAX + 2)]
    wrap = a_need(**WRAP)
    paired = pair_up([(wrap, firms)], ground)
    assert {one.rule for one in paired.pairings} == {"shred_cardboard"}
    machine = an_offer(
        who={"name": "Carton works"}, kind="equipment", intent="lend", spec="cardboard_shredder"
    )
    farther = an_offer(
        who={"name": "Far works"},
        kind="equipment",
        intent="lend",
        spec="cardboard_shredder",
        position={"lat": 46.3, "lon": 6.4},
    )
    offers = [(firm, "shred_cardboard") for firm in firms]
    [draft] = drafts_for_need(wrap, offers, [farther, machine], ground)
    content = draft.content
    assert (content.kind, content.transformation) == ("transformation", "shredding")
    assert (content.resource, content.replaces) == ("cardboard", "bubble_wrap")
    roles = [one.role for one in content.members]
    assert roles == ["donor"] * DONORS_MAX + ["receiver", "processor"]
    assert content.members[-1].flow_id == machine.flow.flow_id
    assert content.missing_link is None
    assert content.gates[-1].verdict == "pass"


def test_a_missing_machine_is_named(an_offer: MakeSide, a_need: MakeSide, ground: Ground) -> None:
    wanted = a_need(kind="equipment", spec="cardboard_shredder")
    drafts = drafts_for_need(
        a_need(**WRAP), [(an_offer(**CARD), "shred_cardboard")], [wanted], ground
    )
    assert drafts[0].content.missing_link == "cardboard_shredder"
    assert drafts[0].content.gates[-1].verdict == "unknown"


def test_a_machine_whose_place_is_unknown_is_the_last_resort(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    machine: dict[str, Any] = {"kind": "equipment", "intent": "lend", "spec": "cardboard_shredder"}
    nowhere = an_offer(who={"name": "Nowhere"}, position=None, **machine)
    near = an_offer(who={"name": "Near"}, **machine)
    offers = [(an_offer(**CARD), "shred_cardboard")]
    [draft] = drafts_for_need(a_need(**WRAP), offers, [nowhere, near], ground)
    assert draft.content.members[-1].flow_id == near.flow.flow_id


def test_a_rule_without_a_machine_needs_none(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    rule = replace(ground.knowledge.rules["shred_cardboard"], equipment="")
    known = replace(ground.knowledge, rules={"shred_cardboard": rule})
    there = replace(ground, knowledge=known)
    [draft] = drafts_for_need(a_need(**WRAP), [(an_offer(**CARD), "shred_cardboard")], [], there)
    assert draft.content.missing_link is None
    assert draft.content.gates[-1].reason == "no machine is needed"


def test_a_rule_that_leads_elsewhere_is_not_tried(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    finding = best_way(an_offer(**CARD), a_need(spec="cardboard", functions=()), ground)
    assert finding is not None
    assert finding.pair.rule is None


def test_what_serves_as_it_is_is_not_washed(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    jars: dict[str, Any] = {"spec": "glass_jars", "waste_code": None, "waste_status": "product"}
    finding = best_way(an_offer(**jars), a_need(**jars), ground)
    assert finding is not None
    assert finding.pair.rule is None
    dirty = best_way(an_offer(**jars, contamination="used"), a_need(**jars), ground)
    assert dirty is not None
    assert dirty.pair.rule is not None
    assert dirty.verdict == "pass"
