"""What each decision teaches, and that a year of them makes a better order than none."""

from collections.abc import Sequence

import pytest

from maillage_matching.domain.affinity import (
    BEFORE_LEARNING,
    Evidence,
    Model,
    Told,
    understand_need,
    understand_offer,
    weigh,
)
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.learning import Example, learn
from maillage_matching.domain.lessons import teaches
from maillage_matching.domain.suppression import REASONS

UNFIT = {"wrong_form", "concentration", "contamination", "quality_variance"}


@pytest.mark.parametrize("reason", REASONS)
def test_only_reasons_about_the_matter_teach_that_it_does_not_fit(reason: str) -> None:
    expected = False if reason in UNFIT else True if reason == "already_done" else None
    assert teaches("rejected", (reason,)) is expected


def test_what_is_taken_up_fits_and_what_waits_says_nothing() -> None:
    assert teaches("accepted", ()) is True
    assert teaches("expired", ("wrong_form",)) is None
    assert teaches("rejected", ("no_time", "wrong_form")) is False


WEEKS, WEEKLY = 52, 5
OFFERS = ("sawdust", "office_paper", "plastic_film", "spent_grain", "steel_scrap", "glass_cullet")
TRADES = ("Bakery", "Stable", "Packer", "Potter", "Smith", "Brewer", "Printer", "Grower")


def advisor_accepts(offer: str, trade: str) -> bool:
    """The advisor of this story: five trades take what the catalogue would not guess."""
    return (offer, trade) in {
        *(("sawdust", "Potter"), ("office_paper", "Stable"), ("plastic_film", "Grower")),
        *(("spent_grain", "Bakery"), ("glass_cullet", "Potter"), ("office_paper", "Packer")),
    }


def a_year(knowledge: Knowledge, *, learning: bool) -> list[float]:
    """Each week the best five of twenty new pairs are shown; precision by quarter."""
    pairs = [(offer, trade) for offer in OFFERS for trade in TRADES]
    seen: list[Example] = []
    hits: list[float] = []
    model = BEFORE_LEARNING
    for week in range(WEEKS):
        fresh = [pairs[(week * 29 + at * 17) % len(pairs)] for at in range(20)]
        best = sorted(fresh, key=lambda one: (-_score(model, one, knowledge), one))[:WEEKLY]
        hits += [advisor_accepts(*one) for one in best]
        seen += [Example(_evidence(one, knowledge), advisor_accepts(*one)) for one in best]
        model = learn(seen) if learning else model
    quarter = len(hits) // 4
    return [sum(hits[at : at + quarter]) / quarter for at in range(0, len(hits), quarter)]


def _score(model: Model, one: tuple[str, str], knowledge: Knowledge) -> float:
    return model.log_odds(_evidence(one, knowledge))


def _evidence(one: Sequence[str], knowledge: Knowledge) -> Evidence:
    offer = understand_offer(Told("", spec=one[0]), knowledge)
    return weigh(offer, understand_need(Told("", who=one[1]), knowledge), knowledge)


def test_a_year_of_decisions_makes_a_better_order_than_none(knowledge: Knowledge) -> None:
    static, learned = (a_year(knowledge, learning=one) for one in (False, True))
    assert learned[3] > learned[0]
    assert all(after >= before for after, before in zip(learned[1:], static[1:], strict=True))
    assert sum(learned) > 1.25 * sum(static)
