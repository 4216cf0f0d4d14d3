"""The catalogue over HTTP: completion of free text, what becomes what, prospecting."""

from collections.abc import Awaitable, Callable

import httpx

from maillage_contracts.envelope import Event
from maillage_contracts.samples import a_flow, an_actor, an_id

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Door = Callable[..., httpx.AsyncClient]


async def test_free_text_is_completed_to_three_at_most_and_kept(door: Door) -> None:
    async with door("actor", None) as http:
        found = (await http.get("/v1/resources", params={"text": "Drêche de Braserie"})).json()
        nothing = (await http.get("/v1/resources", params={"text": "zzyzx"})).json()
        refused = await http.get("/v1/resources", params={"text": ""})
    assert found["text"] == "Drêche de Braserie"
    assert found["items"][0]["spec"] == "spent_grain"
    assert len(found["items"]) <= 3
    assert found["items"][0]["label_fr"] == "Drêches de brasserie"
    assert nothing["items"] == []
    assert nothing["version"] == found["version"]
    assert refused.status_code == 422


async def test_a_resource_says_what_it_can_become_and_from_what(door: Door) -> None:
    async with door() as http:
        card = (await http.get("/v1/resources/cardboard")).json()
        crates = (await http.get("/v1/resources/plastic_crate")).json()
        unknown = await http.get("/v1/resources/mud")
    shredding = next(one for one in card["rules_from"] if one["name"] == "shred_cardboard")
    assert shredding["machines"] == ["cardboard_shredder"]
    assert "L541-4-3" in shredding["status_path"]
    chain = next(one for one in crates["rules_to"] if one["from_spec"] == "plastic_film")
    assert chain["machines"] == ["plastic_recycling", "injection_press"]
    assert unknown.status_code == 404


async def test_a_new_activity_sees_what_it_would_find_and_on_whom_it_would_depend(
    hear: Hear, look: Look, door: Door
) -> None:
    told: list[object] = []
    for name, tonnes, lat in (
        ("Brasserie", "30", 46.05),
        ("Cantine", "10", 46.1),
        ("Loin", "9", 47),
    ):
        firm = an_actor(name=name)
        flow = a_flow(
            actor_id=firm.actor_id,
            flow_id=an_id(f"grain of {name}"),
            position={"lat": lat, "lon": 6.3},
            resource={"label": "Drêches", "spec": "spent_grain"},
            quantity={"value": tonnes, "unit": "t", "per": "P1Y"},
        )
        told += [firm, flow]
    await hear(*told)
    await look()
    async with door() as http:
        asked = {"activity": "10.91Z", "lat": 46.06, "lon": 6.3, "distance_km": 15}
        found = (await http.get("/v1/prospects", params=asked)).json()
        nobody = (await http.get("/v1/prospects", params={**asked, "activity": "99"})).json()
    (reasons,) = [one.pop("reasons") for one in found]
    assert reasons[3]["en"] == "one firm brings 75 % of it: the activity would depend on it"
    assert reasons[3]["fr"] == "une entreprise en apporte 75 % : l'activité en dépendrait"
    assert found == [
        {
            "resource": "spent_grain",
            "serves_for": ["animal_feed"],
            "firms": 2,
            "kg_a_year": "40000.000",
            "untold": 0,
            "guessed_kg_a_year": "0.000",
            "largest_share": 0.75,
            "nearest_km": 1.6,
            "wanted_by": 0,
        }
    ]
    assert nobody == []
