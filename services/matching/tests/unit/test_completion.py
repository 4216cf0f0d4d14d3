"""From free text to three proposals of the catalogue."""

import pytest

from maillage_matching.domain.completion import Names, words_of
from maillage_matching.domain.knowledge import Knowledge


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Drêches de brasserie", ("dreche", "brasserie")),
        ("Chevaux, œufs & châssis", ("cheval", "oeuf", "chassi")),
        ("batteries of glass", ("battery", "glass")),
        ("  ", ()),
        ("CO2", ("co2",)),
        ("Пар, 木屑", ("пар", "木屑")),
    ],
)
def test_accents_plurals_and_small_words_do_not_matter(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("palettes bois", "pallet"),
        ("palete", "pallet"),
        ("CARTONS USAGES", "cardboard"),
        ("papier bule", "bubble_wrap"),
        ("drêches", "spent_grain"),
        ("brewers grain", "spent_grain"),
        ("huile de friture", "cooking_oil_used"),
        ("megots", "cigarette_butts"),
        ("pneus usagés", "used_tyres"),
        ("hydroxyde de sodium", "alkali_soda"),
        ("NaOH", "alkali_soda"),
        ("soude", "alkali_soda"),
        ("vapeur", "steam"),
        ("lavage de contenants de verre", "jar_washing"),
        ("chambre froide", "cold_storage"),
        ("blast furnace slag", "blast_furnace_slag"),
    ],
)
def test_what_people_write_is_proposed_first(knowledge: Knowledge, text: str, spec: str) -> None:
    proposed = knowledge.names.complete(text)
    assert proposed[0].spec == spec
    assert len(proposed) <= 3


def test_nothing_is_forced_on_a_text_that_names_nothing(knowledge: Knowledge) -> None:
    assert knowledge.names.complete("zzyzx quux") == ()
    assert knowledge.names.complete("de la") == ()
    assert knowledge.names.complete("xq") == ()
    assert knowledge.names.meant("something of the kind") is None


def test_every_name_of_the_catalogue_finds_its_own_resource(knowledge: Knowledge) -> None:
    lost = [
        (one.spec, name)
        for one in knowledge.resources.values()
        for name in (one.label, one.label_fr)
        if one.spec not in {found.spec for found in knowledge.names.complete(name)}
    ]
    assert lost == []


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    names = Names({"a": ["waste wood"], "b": ["waste paper"], "c": ["waste glass"]})
    assert [one.spec for one in names.complete("old waste glass")] == ["c"]
