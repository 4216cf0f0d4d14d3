"""The tables of resources and rules, and what is read from them."""

import csv
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from maillage_contracts.vocabulary import KNOWN_FLOW_KINDS
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.knowledge_tables import read_knowledge
from maillage_matching.domain.resource import chained

RESOURCES = (
    "spec,label_en,label_fr,kind,family,path,physical,waste_codes,named_by,cpa_codes,functions,"
    "hazard,perishable,hygiene,unit,kg_per_unit,kg_per_m3,synonyms_en,synonyms_fr,source"
)
RULES = (
    "rule,family,from_spec,to_spec,to_function,process,equipment,processor_role,yield,quality,"
    "ratio_min,ratio_max,takes,gives_food_grade,status_path,status_since,status_until,source"
)
ACTIVITIES = "activity,label_en,takes,source"
A_RESOURCE = "a,A,A,material,,x/y,,,,,,,no,,kg,,,,,here"
SPECS_MIN, RULES_MIN = 250, 60
CODE_CLASS = re.compile(r"\d\d\.\d\d")
WORD = re.compile(r"[a-z][a-z0-9_-]*")
FUNCTION = re.compile(r"[a-z][a-z_]*")
ACT = re.compile(r"(directive|regulations?|code|decree|order)\b.*\d")
NO_WAY_OUT_NEEDED = {"no waste: nothing to leave", "a product of the firm that makes it"}
NOMENCLATURE = Path(__file__).parents[5] / "shared" / "data" / "nomenclature"


def test_the_catalogue_is_large_enough_and_covers_every_kind(knowledge: Knowledge) -> None:
    kinds = Counter(one.kind for one in knowledge.resources.values())
    assert len(knowledge.resources) >= SPECS_MIN
    assert len(knowledge.rules) >= RULES_MIN
    assert set(kinds) == set(KNOWN_FLOW_KINDS)


def test_every_resource_is_told_in_both_languages_and_has_its_place(knowledge: Knowledge) -> None:
    for one in knowledge.resources.values():
        assert one.label, one.spec
        assert one.label_fr, one.spec
        assert one.path.count("/") == 1, one.spec
        assert all(CODE_CLASS.fullmatch(code) for code in one.cpa_codes), one.spec
        assert all(FUNCTION.fullmatch(word) for word in one.functions), one.spec
        assert one.named_by <= one.waste_codes, one.spec


@pytest.mark.parametrize("kind", ["energy", "water", "service", "premises", "staff", "logistics"])
def test_what_is_no_matter_has_a_branch_of_its_own(knowledge: Knowledge, kind: str) -> None:
    resources = knowledge.resources.values()
    mine = {one.path.split("/")[0] for one in resources if one.kind == kind}
    others = {one.path.split("/")[0] for one in resources if one.kind in {"material", "waste"}}
    assert not mine & others


def test_what_only_starred_codes_name_is_hazardous(knowledge: Knowledge) -> None:
    for one in knowledge.resources.values():
        if one.waste_codes and all(code.endswith("*") for code in one.waste_codes):
            assert one.hazard == "hazardous" or one.spec == "calcium_carbide_lime", one.spec
        if one.is_hazardous and one.waste_codes:
            assert any(code.endswith("*") for code in one.waste_codes), one.spec


def test_every_rule_may_be_followed_today_and_says_its_way_out_of_waste(
    knowledge: Knowledge,
) -> None:
    today = date(2026, 11, 23)
    for rule in knowledge.rules.values():
        assert rule.status_path, rule.name
        assert rule.holds_on(today), rule.name
        assert 0 < rule.quality <= 1, rule.name
        assert 0 < rule.yielded <= Decimal("1.5"), rule.name
        assert WORD.fullmatch(rule.process) or rule.family == "reuse", rule.name


def test_every_way_out_of_waste_names_its_act_and_since_when(knowledge: Knowledge) -> None:
    for rule in knowledge.rules.values():
        needs_no_act = rule.status_path in NO_WAY_OUT_NEEDED
        assert (rule.status_since is None) is needs_no_act, rule.name
        assert needs_no_act or ACT.search(rule.status_path), rule.name


def test_the_rules_that_the_programmes_name_are_there(knowledge: Knowledge) -> None:
    named = {
        "shred_cardboard": ("cardboard", "cardboard_shredder"),
        "spent_grain_to_feed": ("spent_grain", ""),
        "reuse_pallets": ("pallet", ""),
        "repair_pallets": ("pallet_broken", "pallet_repair"),
        "reuse_crates": ("crates", ""),
        "return_crates": ("plastic_crate", ""),
        "methanise_liquid": ("biowaste_liquid", "methaniser_capacity"),
        "compost_dry": ("biowaste_dry", "composter_capacity"),
        "wash_jars": ("glass_jars", "jar_washing"),
        "wash_bottles": ("glass_bottles_reuse", "bottle_washing"),
        "steam_by_pipe": ("steam", "heat_network"),
        "heat_by_exchanger": ("waste_heat", "heat_exchanger"),
        "oil_to_biofuel": ("cooking_oil_used", "biodiesel_plant"),
        "butts_outlet": ("cigarette_butts", "butt_recycling"),
        "retread_tyres": ("used_tyres", "retreading"),
        "granulate_tyres": ("used_tyres", "tyre_recycling"),
    }
    found = {name: knowledge.rules[name] for name in named}
    assert {name: (one.from_spec, one.equipment) for name, one in found.items()} == named


def test_a_rule_rests_on_its_act_while_that_is_in_force(knowledge: Knowledge) -> None:
    rule = replace(knowledge.rules["glass_to_cullet"], status_until=date(2030, 12, 31))
    assert not rule.holds_on(date(2012, 12, 9))
    assert rule.holds_on(date(2012, 12, 10))
    assert rule.holds_on(date(2030, 12, 31))
    assert not rule.holds_on(date(2031, 1, 1))


def test_the_waste_codes_are_those_of_the_european_list(knowledge: Knowledge) -> None:
    table = NOMENCLATURE / "ewc_fr_en.csv"
    if not table.exists():
        pytest.skip(f"the list of waste is not beside the checkout ({table.name})")
    with table.open(encoding="utf-8") as file:
        official = {
            f"{row['code'].rstrip('* ')}{'*' if row['hazard'] == 'True' else ''}"
            for row in csv.DictReader(file)
        }
    ours = {code for one in knowledge.resources.values() for code in one.waste_codes}
    assert ours <= official


def test_a_firm_is_known_by_its_class_its_group_or_its_division(knowledge: Knowledge) -> None:
    codes = [
        activity.code if (activity := knowledge.activity_of(sector)) else None
        for sector in ("23.51Z", "2399", "2300", "01.13", "98.20", "2", None)
    ]
    assert codes == ["23.5", "23.9", "23", "01.13", None, None, None]


def test_a_need_wants_the_main_use_of_a_thing_and_every_use_it_names(
    knowledge: Knowledge,
) -> None:
    assert knowledge.wanted_with("sawdust") == ("bedding",)
    assert knowledge.wanted_with("fuel_need") == ("solid_fuel", "liquid_fuel", "gas_fuel")
    assert knowledge.wanted_with("unheard_of") == ()


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
        (None, "01 05 04", None, None),
        (None, "17 05 04", None, None),
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
    from_cardboard = {rule.name for rule in knowledge.transformations_from("cardboard")}
    assert "shred_cardboard" in from_cardboard
    assert knowledge.transformations_from(None) == ()
    assert "shred_cardboard" in knowledge.rules_with("cardboard_shredder")
    assert knowledge.rules_with(None) == frozenset()
    padding = knowledge.transformations_to("bubble_wrap", frozenset({"cushioning"}))
    assert {"shred_cardboard", "shred_paper_fill"} <= {rule.name for rule in padding}
    reuse, outlet = knowledge.reuse_of("pallet"), knowledge.outlet_of("biowaste_dry")
    assert reuse is not None
    assert outlet is not None
    assert (reuse.name, outlet.process) == ("reuse_pallets", "composting")
    assert knowledge.reuse_of(None) is None
    assert knowledge.outlet_of("pallet") is None


def test_the_version_changes_with_any_letter() -> None:
    one = read_knowledge(f"{RESOURCES}\n{A_RESOURCE}\n", RULES, ACTIVITIES)
    other = read_knowledge(f"{RESOURCES}\n{A_RESOURCE}!\n", RULES, ACTIVITIES)
    assert one.version != other.version


@pytest.mark.parametrize(
    ("resource", "rule", "activity", "complaint"),
    [
        (A_RESOURCE.removesuffix("here"), "", "", "resources, line 2: a name and a source"),
        (A_RESOURCE.removeprefix("a"), "", "", "resources, line 2: a name and a source"),
        (f"{A_RESOURCE}\n{A_RESOURCE}", "", "", "resources, line 3: a is there twice"),
        (A_RESOURCE.replace("material", "matter"), "", "", "line 2: 'matter' is not one of"),
        (A_RESOURCE.replace("kg", "furlong"), "", "", "line 2: 'furlong' is not one of"),
        (A_RESOURCE.replace("x/y,,", "x/y,,1501"), "", "", "resources, line 2"),
        (A_RESOURCE, "r,magic,a,,,,,,1,1,,,,no,,,,here", "", "rules, line 2: 'magic'"),
        (A_RESOURCE, "r,reuse,a,,,,,,1,1,,,,no,,,,", "", "rules, line 2: a name and a source"),
        (A_RESOURCE, "r,reuse,a,,,,,,1,1,,,,no,,soon,,here", "", "rules, line 2"),
        (A_RESOURCE, "r,reuse,b,,,,,,1,1,,,,no,,,,here", "", "no such resource: b"),
        (A_RESOURCE, "r,reuse,a,,dancing,,,,1,1,,,,no,,,,here", "", "no such resource: dancing"),
        (A_RESOURCE, "", "10,Food,dancing,here", "activity 10: nothing serves for"),
    ],
)
def test_a_faulty_row_is_named(resource: str, rule: str, activity: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_knowledge(
            f"{RESOURCES}\n{resource}\n", f"{RULES}\n{rule}\n", f"{ACTIVITIES}\n{activity}\n"
        )


def test_two_rules_in_a_row_are_one_chain(knowledge: Knowledge) -> None:
    chain = knowledge.rule_named("plastic_film_to_pellets.mould_crates")
    assert chain is not None
    assert (chain.from_spec, chain.to_spec) == ("plastic_film", "plastic_crate")
    assert chain.machines == ("plastic_recycling", "injection_press")
    assert chain.yielded == Decimal("0.85") * Decimal("0.95")
    assert chain.process == "regranulation-then-injection-moulding"
    assert chain.takes == "clean"
    assert chain in knowledge.transformations_from("plastic_film")
    assert chain in knowledge.transformations_to("plastic_crate", frozenset())
    assert chain.name in knowledge.rules_with("injection_press")
    assert knowledge.rule_named("mould_crates.plastic_film_to_pellets") is None


def test_what_is_done_fits_into_an_event(knowledge: Knowledge) -> None:
    for rule in knowledge.transformations:
        assert len(rule.process) <= 60, rule.name


def test_a_chain_never_comes_back_to_where_it_began(knowledge: Knowledge) -> None:
    for rule in knowledge.transformations:
        if rule.before is not None:
            assert len({rule.from_spec, rule.before.to_spec, rule.to_spec}) == 3, rule.name


def test_a_chain_holds_while_both_its_acts_do(knowledge: Knowledge) -> None:
    first = replace(knowledge.rules["chip_broken_pallets"], status_until=date(2029, 1, 1))
    chain = chained(first, knowledge.rules["pelletise_chips"])
    assert (chain.status_since, chain.status_until) == (date(2014, 7, 29), date(2029, 1, 1))
