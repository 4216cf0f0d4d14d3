"""The synergies that the programmes behind this hub name are found in the two packs that ship."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event, Received
from maillage_contracts.flows import Flow, FlowOpened
from maillage_contracts.matching import Lead, LeadSurfaced
from maillage_contracts.registry import Actor, ActorRegistered, Credential
from maillage_hub.packs.pack import Pack, pack_id
from maillage_hub.packs.reading import read_pack
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.policy import Policy
from maillage_matching.entrypoints.kafka import handlers
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.set_policy import SetPolicy, set_policy
from maillage_matching.usecases.store import Store
from maillage_serving.testing import (
    NOON,
    FixedClock,
    context,
    deliver,
    memory_runner,
    published,
    received,
)

TERRITORIES = Path(__file__).parents[4] / "territories"
ROOMY = Policy(weekly_leads=50, open_cases_max=100)
"""All of them on one desk at once."""

SEEDS = {
    "S01": ("jourdies", "substitution", "villaverde_pallets strh_pallets"),
    "S02": ("jourdies", "transformation", "free_glisse_cushioning emballages_shredder"),
    "S03": ("jourdies", "mutualisation", "traiteur_liquid brasserie_liquid restaurant_liquid"),
    "S04": ("jourdies", "mutualisation", "boulangerie_dry restaurant_dry villaverde_green"),
    "S05": ("jourdies", "mutualisation", "villaverde_pallets electro_pallets"),
    "S06": ("jourdies", "mutualisation", "imprimerie_cardboard electro_cardboard"),
    "S07": ("jourdies", "mutualisation", "electro_dib mobilier_dib transports_dib"),
    "S08": ("jourdies", "mutualisation", "garage_butts restaurant_butts transports_butts"),
    "S09": ("jourdies", "substitution", "garage_tyres pneus_need"),
    "S10": ("jourdies", "substitution", "garage_oil huiles_need"),
    "S11": ("jourdies", "substitution", "decolletage_bars mecanique_bars"),
    "S12": ("marseille", "substitution", "plaine_crates paysans_crates"),
    "S13": ("marseille", "substitution", "paysans_surplus belsunce_surplus"),
    "S14": ("marseille", "substitution", "grossiste_return boulangerie_room"),
    "S15": ("marseille", "substitution", "joliette_kitchen traiteur_kitchen"),
    "S16": ("marseille", "transformation", "panier_jars traiteur_jars"),
    "S17": ("marseille", "substitution", "joliette_kitchen_waste composteur_kitchen_waste"),
    "S18": ("marseille", "mutualisation", "plaine_cardboard camas_cardboard vieux_port_cardboard"),
    "S19": ("marseille", "mutualisation", "panier_food_waste vieux_port_food_waste"),
}


def messages_of(pack: Pack) -> Iterator[Received[Event]]:
    """As the registry and the flows tell of it: a flow is where its firm is."""
    for item in pack.of("actor"):
        mine = [one.document for one in pack.of("credential") if one.parent_id == item.id]
        credentials = tuple(map(Credential.model_validate, mine))
        actor = Actor.model_validate({**item.document, "credentials": credentials})
        yield received(ActorRegistered(actor=actor, source="import"))
    sites = {str(item.id): item.document["sites"][0] for item in pack.of("actor")}
    for item in pack.of("flow"):
        site = sites[item.document["actor_id"]]
        told = {"position": site["position"], "activity_zone": site["activity_zone"]}
        flow = Flow.model_validate({**item.document, **told, "status": "open"})
        if flow.willingness != "none":
            yield received(FlowOpened(flow=flow))


async def play(territory: str) -> list[Lead]:
    """All leads that the pack gives rise to, by those who have room for them."""
    pack = read_pack(TERRITORIES / territory, date(2026, 11, 23))
    assert not pack.faults
    store: Store = MemoryStore()
    clock = FixedClock(NOON)
    runner: Runner[Store] = memory_runner(store, service="matching", clock=clock)
    await runner.execute(set_policy, SetPolicy(policy=ROOMY), subject="set", context=context())
    await deliver(runner, handlers(), *messages_of(pack))
    look = partial(look_for_leads, knowledge=our_knowledge())
    for _ in range(4):
        clock.advance(timedelta(minutes=1))
        await runner.execute(look, LookForLeads(), subject="look", context=context())
    events = [message.event for message in await published(runner)]
    return [event.lead for event in events if isinstance(event, LeadSurfaced)]


@pytest.fixture(scope="module")
def surfaced() -> dict[str, list[Lead]]:
    return {}


@pytest.mark.parametrize("seed", SEEDS)
async def test_each_is_a_lead(seed: str, surfaced: dict[str, list[Lead]]) -> None:
    territory, kind, keys = SEEDS[seed]
    if territory not in surfaced:
        surfaced[territory] = await play(territory)
    wanted = {pack_id(territory, "flow", key) for key in keys.split()}
    found = [lead for lead in surfaced[territory] if wanted <= set(lead.flow_ids)]
    assert [lead.kind for lead in found] == [kind]
    assert all(gate.verdict != "fail" for gate in found[0].gates)


async def test_what_must_never_be_shown_is_not(surfaced: dict[str, list[Lead]]) -> None:
    """Oily swarf is no bar; who does not want to is left alone."""
    leads = surfaced.get("jourdies") or await play("jourdies")
    shown = {flow_id for lead in leads for flow_id in lead.flow_ids}
    for key in ("decolletage_swarf", "transports_pallets"):
        assert pack_id("jourdies", "flow", key) not in shown
