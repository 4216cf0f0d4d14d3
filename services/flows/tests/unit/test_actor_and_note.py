"""Where a flow is by default, and what a visit's four fields become."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from maillage_contracts.refusals import Invalid
from maillage_contracts.samples import BONNEVILLE, an_id
from maillage_flows.domain.actor import Actor, located
from maillage_flows.domain.declaration import Declaration
from maillage_flows.domain.note import FieldNote, observed

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

Saying = Callable[..., Declaration]


def test_a_named_site_gives_the_place(a_declaration: Saying, villaverde: Actor) -> None:
    nursery = villaverde.sites[1]
    said = located(a_declaration(site_id=nursery.site_id), villaverde)
    assert (said.position, said.activity_zone) == (nursery.position, "bonneville")


def test_a_place_that_is_told_stays(a_declaration: Saying, villaverde: Actor) -> None:
    said = located(a_declaration(position=BONNEVILLE, activity_zone="thyez"), villaverde)
    assert (said.position, said.activity_zone) == (BONNEVILLE, "thyez")


def test_an_actor_without_sites_gives_no_place(a_declaration: Saying, villaverde: Actor) -> None:
    nowhere = replace(villaverde, sites=())
    assert located(a_declaration(), nowhere) == a_declaration()
    with pytest.raises(Invalid, match="its sites are: none"):
        located(a_declaration(site_id=an_id("nursery")), nowhere)


def test_anothers_site_is_refused_with_the_list(a_declaration: Saying, villaverde: Actor) -> None:
    with pytest.raises(Invalid, match=str(an_id("nursery"))) as refused:
        located(a_declaration(site_id=an_id("site of STRH")), villaverde)
    assert refused.value.field == "site_id"


def test_a_note_becomes_an_observed_flow_that_nobody_matches(villaverde: Actor) -> None:
    note = FieldNote(
        note_id=an_id("note"),
        flow_id=an_id("flow"),
        actor_id=villaverde.actor_id,
        direction="out",
        what="Palettes cassées",
        text="Behind the shed; the boss would rather not talk of it.",
        noted_by="advisor-1",
        noted_at=NOW,
    )
    flow = observed(note, villaverde)
    said = flow.declaration
    assert (flow.status, flow.observed_at) == ("observed", NOW)
    assert (said.resource.label, said.direction, said.confidence) == (
        "Palettes cassées",
        "out",
        "observed",
    )
    assert (said.willingness, said.intent, said.visibility) == ("none", "inform", "private")
    assert note.text not in said.model_dump_json()
