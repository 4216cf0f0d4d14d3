"""How well an offer may serve a need, and what is learned from pairs."""

import pytest

from maillage_matching.domain.affinity import (
    BEFORE_LEARNING,
    Told,
    among,
    logistic,
    reached,
    settle,
    understand_need,
    understand_offer,
    weigh,
)
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.learning import Example, learn


def likely(knowledge: Knowledge, offer: Told, need: Told) -> float:
    evidence = weigh(
        understand_offer(offer, knowledge), understand_need(need, knowledge), knowledge
    )
    return BEFORE_LEARNING.probability(evidence)


@pytest.mark.parametrize(
    ("offer", "better", "worse"),
    [
        ("fly ash", Told("raw material", sector="2351"), Told("raw material", sector="1051")),
        ("steam", Told("process heat", sector="1711"), Told("raw material", sector="1711")),
        ("brewers grains", Told("feed", sector="0146"), Told("fuel", sector="3511")),
        ("waste plastics", Told("", who="", sector="2222"), Told("", sector="2351")),
        ("used cooking oil", Told("biofuel"), Told("process water")),
        ("cardboard", Told("calage de colis"), Told("process heat")),
    ],
)
def test_what_a_firm_can_use_comes_before_what_it_cannot(
    knowledge: Knowledge, offer: str, better: Told, worse: Told
) -> None:
    assert likely(knowledge, Told(offer), better) > likely(knowledge, Told(offer), worse)


def test_a_declared_resource_is_never_overruled_by_words(knowledge: Knowledge) -> None:
    offer = understand_offer(Told("steam", spec="cardboard"), knowledge)
    assert offer.resource is knowledge.resources["cardboard"]
    assert understand_offer(Told("steam", spec="not_ours"), knowledge).resource is None


def test_words_and_a_code_decide_together(knowledge: Knowledge) -> None:
    ash = understand_offer(Told("ash", waste_codes=("19 01 14",)), knowledge)
    assert ash.resource is knowledge.resources["fly_ash_other"]
    assert understand_offer(Told("grate"), knowledge).resource is None


def test_each_transformation_on_the_way_takes_some_of_the_worth(knowledge: Knowledge) -> None:
    prunings = reached(understand_offer(Told("", spec="prunings"), knowledge), knowledge)
    assert prunings["solid_fuel"] == 1.0
    assert 0 < prunings["absorbent"] < prunings["wood_panel"] < 1


def test_among_more_needs_each_is_less_likely(knowledge: Knowledge) -> None:
    offer = understand_offer(Told("fly ash"), knowledge)
    evidence = weigh(offer, understand_need(Told("", sector="2351"), knowledge), knowledge)
    few, many = (BEFORE_LEARNING.probability(among(evidence, n)) for n in (3, 30))
    assert few > BEFORE_LEARNING.probability(evidence) > many


def examples(knowledge: Knowledge, *, wax_goes_to: str) -> list[Example]:
    """Six offers of wax and six of tin, each beside two firms."""
    found: list[Example] = []
    for at in range(12):
        thing = "wax" if at % 2 else "tin"
        for firm in ("candles", "toys"):
            offer = understand_offer(Told(f"{thing} nr{at}"), knowledge)
            need = understand_need(Told("anything", who=firm), knowledge)
            taken = (thing == "wax") == (firm == wax_goes_to)
            found.append(Example(weigh(offer, need, knowledge), taken))
    return found


def test_what_went_together_before_is_learned_and_can_be_read(knowledge: Knowledge) -> None:
    pairs = examples(knowledge, wax_goes_to="candles")
    model = learn(pairs)
    wax_to_candles = next(p.evidence for p in pairs if "word:wax>who:candle" in p.evidence.rules)
    wax_to_toys = next(p.evidence for p in pairs if "word:wax>who:toy" in p.evidence.rules)
    assert model.probability(wax_to_candles) > 0.5 > model.probability(wax_to_toys)
    told = dict(model.told(wax_to_candles))
    assert told["word:wax>who:candle"] > 0
    assert dict(model.told(wax_to_toys))["word:wax>who:toy"] < 0
    assert BEFORE_LEARNING.told(wax_to_toys) == ()


def test_the_same_pairs_teach_the_same(knowledge: Knowledge) -> None:
    once = learn(examples(knowledge, wax_goes_to="toys"))
    assert learn(examples(knowledge, wax_goes_to="toys")) == once
    assert learn(examples(knowledge, wax_goes_to="candles")) != once


def test_one_sided_pairs_teach_nothing(knowledge: Knowledge) -> None:
    refused = [
        Example(one.evidence, is_exchange=False) for one in examples(knowledge, wax_goes_to="toys")
    ]
    assert learn(refused) is BEFORE_LEARNING
    assert learn([]) is BEFORE_LEARNING


def test_learning_goes_on_from_what_was_learned_before(knowledge: Knowledge) -> None:
    pairs = examples(knowledge, wax_goes_to="candles")
    once = learn(pairs)
    twice = learn(pairs, before=once)
    evidence = next(p.evidence for p in pairs if p.is_exchange)
    assert twice.probability(evidence) > once.probability(evidence)
    assert set(twice.rules) >= set(once.rules)


@pytest.mark.parametrize("likely", [-4.0, 0.0, 3.0])
@pytest.mark.parametrize("many", [3, 12, 200])
def test_an_offer_serves_about_as_many_among_few_as_among_many(likely: float, many: int) -> None:
    """However sure each is by itself, the sum comes nearer to what an offer usually serves."""
    before = [likely + (one == 0) for one in range(many)]
    served, said = (sum(map(logistic, scores)) for scores in (settle(before), before))
    assert abs(served - 1.2) < 0.6 * abs(said - 1.2)


def test_scores_that_settle_keep_their_order_and_their_distances() -> None:
    before = [0.5, -1.0, 2.5, -1.0]
    after = settle(before)
    assert [one - after[0] for one in after] == pytest.approx([one - before[0] for one in before])


@pytest.mark.parametrize(("before", "most"), [([], 0), ([9.0], 1), ([-1000.0, 1000.0], 2)])
def test_scores_settle_where_there_is_hardly_a_choice(before: list[float], most: int) -> None:
    assert len(settle(before)) == most
    assert 0 <= sum(map(logistic, settle(before))) <= most


def test_what_is_told_in_the_same_words_is_likelier(knowledge: Knowledge) -> None:
    wanted = Told("Zarfs, blue", who="Dealer in quux")
    assert likely(knowledge, Told("blue zarf"), wanted) > likely(knowledge, Told("red"), wanted)
    assert likely(knowledge, Told("quux"), wanted) > likely(knowledge, Told("red"), wanted)
