"""The tables of resources and rules, and what is read from them."""

import pytest

from maillage_matching.domain.knowledge import Knowledge, read_knowledge

RESOURCES = (
    "spec,label_en,label_fr,kind,family,physical,waste_codes,functions,hazardous,perishable,"
    "kg_per_unit,source"
)
RULES = (
    "rule,family,from_spec,to_spec,to_function,process,equipment,processor_role,yield,ratio_min,"
    "ratio_max,takes,gives_food_grade,status_path,source"
)


def test_every_resource_and_every_rule_has_a_source(knowledge: Knowledge) -> None:
    assert all(one.source for one in knowledge.resources.values())
    assert all(one.source for one in knowledge.rules.values())


def test_the_words_of_the_territory_packs_are_known(knowledge: Knowledge) -> None:
    assert set(knowledge.resources) >= {
        *("pallet", "cardboard", "shredded_cardboard", "bubble_wrap", "biowaste_liquid"),
        *("biowaste_dry", "mixed_waste", "cigarette_butts", "used_tyres", "used_oil"),
        *("metal_offcuts", "cardboard_shredder", "composter_capacity", "methaniser_capacity"),
        *("surplus_food", "glass_jars", "jar_washing", "crates"),
    }


@pytest.mark.parametrize(
    ("spec", "code", "physical", "known_as"),
    [
        ("pallet", None, None, "pallet"),
        ("something_new", None, None, "something_new"),
        (None, "15 01 01", None, "cardboard"),
        (None, "15 01 01", "solid", "cardboard"),
        (None, "15 01 01", "liquid", None),
        (None, "20 01 08", "liquid", "biowaste_liquid"),
        (None, "20 01 08", "solid", "biowaste_dry"),
        (None, "20 01 08", None, None),
        (None, "01 01 01", None, None),
        (None, None, None, None),
        ("biowaste_dry", None, "liquid", "biowaste_liquid"),
        ("biowaste_dry", None, "gas", "biowaste_dry"),
        ("biowaste_dry", None, None, "biowaste_dry"),
        ("pallet", None, "unit", "pallet"),
    ],
)
def test_a_resource_is_recognised_by_its_word_its_code_and_its_state(
    knowledge: Knowledge,
    spec: str | None,
    code: str | None,
    physical: str | None,
    known_as: str | None,
) -> None:
    assert knowledge.spec_of(spec, code, physical) == known_as


def test_a_code_may_leave_the_choice_between_states(knowledge: Knowledge) -> None:
    assert knowledge.states_of("20 01 08") == {"liquid", "solid"}
    assert knowledge.states_of("15 01 01") == frozenset()


def test_rules_are_found_from_either_end(knowledge: Knowledge) -> None:
    assert [rule.name for rule in knowledge.transformations_from("cardboard")] == [
        "shred_cardboard"
    ]
    assert knowledge.transformations_from(None) == ()
    assert knowledge.rules_with("cardboard_shredder") == {"shred_cardboard"}
    assert knowledge.rules_with(None) == frozenset()
    reuse, outlet = knowledge.reuse_of("pallet"), knowledge.outlet_of("biowaste_dry")
    assert reuse is not None
    assert outlet is not None
    assert (reuse.name, outlet.process) == ("reuse_pallets", "composting")
    assert knowledge.reuse_of(None) is None
    assert knowledge.outlet_of("pallet") is None


def test_the_version_changes_with_any_letter() -> None:
    one = read_knowledge(f"{RESOURCES}\na,,,material,,,,,no,no,,here\n", RULES)
    other = read_knowledge(f"{RESOURCES}\na,,,material,,,,,no,no,,there\n", RULES)
    assert one.version != other.version


@pytest.mark.parametrize(
    ("resources", "rules", "complaint"),
    [
        ("a,,,material,,,,,no,no,,", "", "resources, line 2"),
        (",,,material,,,,,no,no,,here", "", "resources, line 2"),
        ("a,,,material,,,,,no,no,,here", "r,magic,a,,,,,,1,,,,no,,here", "rules, line 2"),
        ("a,,,material,,,,,no,no,,here", "r,reuse,a,,,,,,1,,,,no,,", "rules, line 2"),
        ("a,,,material,,,,,no,no,,here", "r,reuse,b,,,,,,1,,,,no,,here", "no such resource: b"),
    ],
)
def test_a_faulty_row_is_named(resources: str, rules: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_knowledge(f"{RESOURCES}\n{resources}\n", f"{RULES}\n{rules}\n")
