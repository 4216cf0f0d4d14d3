"""A lead that a person proposes: the note first, then what the gates warn of."""

from collections.abc import Callable

from maillage_matching.domain.pair import Ground, Side
from maillage_matching.domain.proposal import content_proposed

MakeSide = Callable[..., Side]
NOTE = "Found in the workshop of November"


def test_gates_warn_and_do_not_stop(an_offer: MakeSide, a_need: MakeSide, ground: Ground) -> None:
    sides = [an_offer(form="swarf", waste_status="product"), a_need(form="bar")]
    content = content_proposed("substitution", sides, NOTE, ground)
    assert content.explanation == (NOTE, "fail: form, swarf is offered, bar is needed")
    assert [one.role for one in content.members] == ["donor", "receiver"]
    assert (content.score, content.distance_km) == (None, 3.7)
    assert content.value is not None


def test_the_way_that_serves_best_is_taken(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    card = an_offer(spec="cardboard", functions=(), waste_code="15 01 01")
    wrap = a_need(spec="bubble_wrap", functions=("cushioning",))
    content = content_proposed("transformation", [wrap, card], NOTE, ground)
    assert (content.rule, content.transformation) == ("shred_cardboard", "shredding")
    assert (content.resource, content.replaces) == ("cardboard", "bubble_wrap")


def test_people_may_see_what_no_rule_knows(
    an_offer: MakeSide, a_need: MakeSide, ground: Ground
) -> None:
    sides = [an_offer(spec="sawdust", functions=(), waste_code=None), a_need(functions=())]
    content = content_proposed("substitution", sides, NOTE, ground)
    assert any("sawdust does not serve as pallet" in line for line in content.explanation)


def test_a_stream_to_share(an_offer: MakeSide, ground: Ground) -> None:
    sides = [an_offer(who={"name": f"Firm {n}"}) for n in range(2)]
    content = content_proposed("mutualisation", sides, NOTE, ground)
    assert [one.role for one in content.members] == ["member", "member"]
    assert content.quantity is not None
    assert content.pooled is not None
    assert content.pooled.words[0].en in content.explanation


def test_a_single_flow_has_no_gates(an_offer: MakeSide, ground: Ground) -> None:
    content = content_proposed("sharing", [an_offer()], NOTE, ground)
    assert (content.gates, content.explanation) == ((), (NOTE,))
