"""Two transformations in a row, from the flows to the lead, with and without their machines."""

from collections.abc import Awaitable, Callable

from maillage_contracts.envelope import Event
from maillage_contracts.matching import Lead
from maillage_contracts.samples import a_credential, a_flow, a_wanted_flow, an_actor, an_id

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Leads = Callable[[], Awaitable[list[Lead]]]

FILM = an_actor(name="Film plat")
CRATES = an_actor(name="Maraîchers")
RECYCLER = an_actor(name="Granulés du coin")
CARRIER = an_actor(name="Boucle", roles=("carrier",), credentials=(a_credential(),))


def offered() -> list[object]:
    film = a_flow(
        actor_id=FILM.actor_id,
        flow_id=an_id("film"),
        resource={"label": "Film étirable", "spec": "plastic_film"},
        condition={"contamination": "clean"},
        legal={"waste_status": "by_product", "is_hazardous": False},
        quantity={"value": "500", "unit": "kg", "per": "P1M"},
    )
    crates = a_wanted_flow(
        actor_id=CRATES.actor_id,
        flow_id=an_id("crates wanted"),
        resource={"label": "Caisses", "spec": "plastic_crate"},
        condition={},
        legal={},
        quantity={"value": "200", "unit": "unit", "per": "P1M"},
    )
    return [FILM, CRATES, RECYCLER, CARRIER, film, crates]


async def test_a_chain_of_two_is_found_and_names_the_machine_that_is_missing(
    hear: Hear, look: Look, surfaced: Leads
) -> None:
    await hear(*offered())
    await look()
    (lead,) = await surfaced()
    assert lead.kind == "transformation"
    assert lead.transformation == "regranulation-then-injection-moulding"
    assert lead.missing_link == "plastic_recycling"
    gates = [gate.reason for gate in lead.gates if gate.code == "equipment"]
    assert gates == [
        "missing link: nobody here has declared a plastic_recycling",
        "missing link: nobody here has declared a injection_press",
    ]


async def test_a_machine_that_is_there_leaves_the_other_missing(
    hear: Hear, look: Look, surfaced: Leads
) -> None:
    machine = a_flow(
        actor_id=RECYCLER.actor_id,
        flow_id=an_id("regranulation"),
        kind="service",
        resource={"label": "Régénération", "spec": "plastic_recycling"},
        condition={},
        legal={},
        quantity=None,
    )
    await hear(*offered(), machine)
    await look()
    (lead,) = await surfaced()
    assert lead.missing_link == "injection_press"
    assert RECYCLER.actor_id in lead.actor_ids
