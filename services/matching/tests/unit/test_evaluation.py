"""The protocol: what is ranked, what is left out, and what each ranker may know."""

import pytest

from maillage_contracts.refusals import Refused
from maillage_matching.domain.affinity import Told
from maillage_matching.domain.evaluation import evaluate
from maillage_matching.domain.exchanges import Exchange, Party, Query, queries_of
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.rankers import thinned

FIRMS = {
    "mill": ("Paper mill", "1711"),
    "cement": ("Cement plant", "2351"),
    "farm": ("Farm", "0150"),
    "power": ("Power plant", "3511"),
    "town": ("Town", ""),
}


def party(firm: str, *, company: str = "") -> Party:
    business, sector = FIRMS[firm]
    return Party(company, business.casefold(), sector)


def exchange(
    case: str,
    donor: str,
    thing: str,
    receiver: str,
    use: str = "",
    *,
    of: str = "",
    to: str = "",
) -> Exchange:
    business, sector = FIRMS[receiver]
    return Exchange(
        case=case,
        donor=party(donor, company=of),
        receiver=party(receiver, company=to),
        offer=Told(thing, who=FIRMS[donor][0], sector=FIRMS[donor][1]),
        need=Told(use, who=business, sector=sector),
        described="",
    )


def territory(case: str) -> list[Exchange]:
    return [
        exchange(case, "power", "Fly ash", "cement", "Raw material"),
        exchange(case, "power", "Steam", "mill", "Process heat"),
        exchange(case, "mill", "Paper sludge", "farm", "Soil amendment"),
        exchange(case, "mill", "Bark", "power", "Fuel"),
        exchange(case, "town", "Waste plastics", "cement", "Fuel"),
    ]


def test_each_offer_asks_for_the_needs_of_the_other_parties() -> None:
    queries = queries_of(territory("a"))
    assert [query.offer.text for query in queries] == [
        *("Fly ash", "Steam", "Paper sludge", "Bark", "Waste plastics")
    ]
    ash = queries[0]
    assert [(need.who, need.text) for need in ash.needs] == [
        ("Cement plant", "Raw material"),
        ("Paper mill", "Process heat"),
        ("Farm", "Soil amendment"),
        ("Cement plant", "Fuel"),
    ]
    assert ash.documented == (True, False, False, False)


def test_a_company_is_not_offered_to_itself_and_two_of_a_trade_are_two() -> None:
    rows = [
        exchange("a", "mill", "Bark", "power", of="one"),
        exchange("a", "farm", "Straw", "mill", to="one"),
        exchange("a", "farm", "Straw", "mill", "Fuel", to="two"),
    ]
    bark, straw = queries_of(rows)
    assert [(need.who, need.text) for need in bark.needs] == [
        ("Power plant", ""),
        ("Paper mill", "Fuel"),
    ]
    assert straw.documented == (False, True, True)


def test_an_offer_told_in_several_lines_is_one() -> None:
    rows = [
        exchange("a", "power", "Steam", "mill", "Heat"),
        exchange("a", "power", "STEAM", "town", "Heat"),
        exchange("a", "mill", "Bark", "farm"),
    ]
    steam, _ = queries_of(rows)
    assert steam.documented == (True, True, False)


def test_where_there_is_no_choice_there_is_nothing_to_rank(knowledge: Knowledge) -> None:
    alone = queries_of([exchange("a", "power", "Steam", "mill")])
    assert not any(query.is_rankable for query in alone)
    with pytest.raises(Refused, match="no case"):
        evaluate(alone, knowledge)


@pytest.fixture(scope="module")
def queries() -> list[Query]:
    cases = [row for case in "abc" for row in territory(case)]
    return queries_of([*cases, exchange("alone", "power", "Steam", "mill")])


def test_every_ranker_is_measured_on_the_same_queries(
    queries: list[Query], knowledge: Knowledge
) -> None:
    report = evaluate(queries, knowledge, proposals=3)
    assert (report.queries, report.cases) == (15, 3)
    assert set(report.methods) == {
        *("maillage", "catalogue_and_rules", "tfidf", "code_prefix", "popularity", "random"),
    }
    assert report.methods["maillage"].mrr > report.methods["random"].mrr + 0.2
    assert report.proposals["alone"].n == 1
    assert report.proposals["a"].n == 3
    assert report.proposals["a"].documented == 5
    assert report.proposals["a"].hits["maillage"] == 3
    written = report.as_json()
    assert list(written) == ["queries", "cases", "methods", "proposals"]
    assert evaluate(queries, knowledge, proposals=3) == report


def test_what_is_ranked_was_not_learned_from(queries: list[Query], knowledge: Knowledge) -> None:
    """Where a case is the only one to teach its lesson, it does not teach it to itself."""
    odd = queries_of(
        [
            exchange("odd", "farm", "Zarf", "town", "Quux"),
            exchange("odd", "farm", "Zarf", "town", "Quuz"),
            exchange("odd", "mill", "Yarf", "cement", "Quuy"),
        ]
    )
    alone = evaluate([*queries, *odd], knowledge)
    taught = evaluate(odd, knowledge, train=[*queries, *odd, *odd])
    untaught = evaluate(odd, knowledge, train=queries)
    assert taught.methods["maillage"].mrr > untaught.methods["maillage"].mrr
    assert alone.cases == 4
    assert untaught.methods["catalogue_and_rules"] == taught.methods["catalogue_and_rules"]


def test_of_too_many_pairs_whole_offers_are_learned_from_evenly() -> None:
    queries = [one for case in "abcd" for one in queries_of(territory(case))]
    pairs = sum(len(one.needs) for one in queries)
    assert thinned(queries, pairs) == queries
    assert thinned(queries, pairs - 1) == queries[::2]
    assert thinned(queries, pairs // 4) == queries[::4]
