"""The Marseille pack's day at full size: 350 orders, 40 returns and who takes part, made by chance.

The seed is fixed, so the files are the same on every machine. All of it is illustrative: doors lie
in quarters where such customers are, loads and hours are of the size that the public presentations
of Livrazou and Le QG name for shops, canteens and relays.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from random import Random

from maillage_hub.packs.tables import ACTORS, HUBS, ORDERS, VEHICLES, Table

FOLDER = "territories/marseille/full_day"
SEED = 350
DAY = "J+2"
OUT, BACK = 350, 40
CENTRE_DOORS, EDGE_DOORS = 22, 88
CENTRE_EVERY, CENTRE_BACK_EVERY, WASTE_EVERY = 6, 4, 7
"""Every so many orders go to the centre, so many returns come from it or are biowaste."""
CRATE_KG, CRATE_M3 = 12, 0.07
HUB = "hub:hub_peripherie"

Cells = Mapping[str, object]


@dataclass(frozen=True)
class _Quarter:
    """A part of the town on land, between two corners."""

    name: str
    south: float
    north: float
    west: float
    east: float


CENTRE = _Quarter("centre", 43.2970, 43.3060, 5.3710, 5.3945)
EDGES = (
    _Quarter("nord", 43.3150, 43.3700, 5.3740, 5.4300),
    _Quarter("est", 43.2890, 43.3140, 5.4010, 5.4480),
    _Quarter("sud", 43.2630, 43.2880, 5.3860, 5.4240),
)
CUSTOMERS = {
    "ecole": ("École", "authority", "85.20Z"),
    "creche": ("Crèche", "association", "88.91A"),
    "epicerie": ("Épicerie", "company", "47.11B"),
    "restaurant": ("Restaurant", "company", "56.10A"),
    "cafe": ("Café", "company", "56.30Z"),
    "foyer": ("Foyer", "association", "87.90B"),
    "relais": ("Relais", "association", "94.99Z"),
    "cantine": ("Cantine", "association", "56.29B"),
}
KNOWN_PRODUCERS = {
    "boulangerie_solidaire": False,
    "plateforme_paysanne": True,
    "grossiste_bio": True,
    "traiteur_insertion": True,
}
"""Members of the pack that send goods, and whether some of these are cold."""
NEW_PRODUCERS = {
    "legumerie": ("Légumerie", "10.39A", True),
    "laiterie": ("Laiterie urbaine", "10.51C", True),
    "conserverie": ("Conserverie solidaire", "10.39B", False),
    "torrefaction": ("Torréfaction", "10.83Z", False),
    "blanchisserie": ("Blanchisserie d'insertion", "96.01A", False),
    "imprimerie": ("Imprimerie d'insertion", "18.12Z", False),
}
MEMBERS_VANS = ("boulangerie_solidaire", "plateforme_paysanne", "grossiste_bio")
"""Who drives a round of its own first, and shares its van after that."""
HUB_VANS = 7


def pages() -> dict[str, str]:
    """The files of the day by their paths."""
    chance = Random(SEED)  # noqa: S311 made-up data, not a secret
    centre = [_customer(chance, number, CENTRE) for number in range(CENTRE_DOORS)]
    edge = [
        _customer(chance, number, EDGES[number % len(EDGES)])
        for number in range(CENTRE_DOORS, CENTRE_DOORS + EDGE_DOORS)
    ]
    producers = [_producer(chance, key) for key in NEW_PRODUCERS]
    orders = [*_deliveries(chance, centre, edge), *_returns(chance, centre, edge)]
    files = (
        (ACTORS, [*producers, *centre, *edge]),
        (HUBS, [_micro_hub()]),
        (VEHICLES, _vans()),
        (ORDERS, orders),
    )
    return {f"{FOLDER}/{table.file}": _written(table, rows) for table, rows in files}


def _written(table: Table, rows: Iterable[Cells]) -> str:
    """A line for each, with the columns of the table that are used, in their order."""
    lines = [{**row, "origin": "illustrative"} for row in rows]
    order = ["key", *table.references, *table.columns, "origin"]
    titles = [title for title in order if any(title in line for line in lines)]
    text = StringIO()
    writer = csv.DictWriter(text, titles, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _door(chance: Random, quarter: _Quarter) -> dict[str, object]:
    return {
        "lat": f"{chance.uniform(quarter.south, quarter.north):.4f}",
        "lon": f"{chance.uniform(quarter.west, quarter.east):.4f}",
    }


def _customer(chance: Random, number: int, quarter: _Quarter) -> Cells:
    kind = list(CUSTOMERS)[number % len(CUSTOMERS)]
    label, legal_kind, sector = CUSTOMERS[kind]
    is_central = quarter is CENTRE
    return {
        "key": f"{kind}_{number + 1}",
        "name": f"{label} {number + 1}, {quarter.name}",
        "legal_kind": legal_kind,
        "sector": sector,
        "size_class": "micro",
        "insertion": "no",
        "roles": "relay_host" if kind == "relais" else "consumer",
        "site": label,
        **_door(chance, quarter),
        "zone": "marseille_centre" if is_central else "marseille_peripherie",
        "van_access": "no" if is_central else "yes",
        "cold_storage": "yes",
    }


def _producer(chance: Random, key: str) -> Cells:
    name, sector, is_cold = NEW_PRODUCERS[key]
    return {
        "key": key,
        "name": name,
        "legal_kind": "scic",
        "sector": sector,
        "size_class": "micro",
        "insertion": "yes" if "insertion" in name else "no",
        "roles": "producer",
        "site": "Quai",
        **_door(chance, EDGES[0]),
        "zone": "marseille_peripherie",
        "van_access": "yes",
        "cold_storage": "yes" if is_cold else "no",
    }


def _micro_hub() -> Cells:
    """Just outside the zone: vans bring the centre's goods until bikes fetch them."""
    return {
        "key": "hub_joliette",
        "operator": "cyclo_centre",
        "label": "Micro-hub du centre",
        "lat": "43.3089",
        "lon": "5.3721",
        "docks": 2,
        "van_access": "yes",
        "bike_bays": 8,
        "ambient_pallets": 12,
        "ambient_m3": 36,
        "cold_pallets": 4,
        "cold_m3": 12,
        "opens": "05:00",
        "closes": "20:00",
    }


def _vans() -> Iterator[Cells]:
    base = {"lat": "43.3512", "lon": "5.3655", "shift_start": "06:00", "insertion": "yes"}
    for number in range(HUB_VANS):
        yield _van(f"fourgon_{number + 3}", "hub_nord", f"Fourgon {number + 3}", base)
    bases = (("43.3391", "5.3702"), ("43.3545", "5.3588"), ("43.3478", "5.3741"))
    for owner, (lat, lon) in zip(MEMBERS_VANS, bases, strict=True):
        own = {"lat": lat, "lon": lon, "shift_start": "09:30", "insertion": "no"}
        yield _van(f"fourgon_{owner}", owner, f"Fourgon de {owner.replace('_', ' ')}", own)


def _van(key: str, owner: str, label: str, base: Cells) -> Cells:
    return {
        "key": key,
        "owner": owner,
        "label": label,
        "vehicle_class": "van",
        "energy": "electric" if owner == "hub_nord" else "diesel",
        "payload_kg": 1000,
        "ambient_kg": 600,
        "ambient_m3": 6,
        "ambient_crates": 60,
        "cold_kg": 400,
        "cold_m3": 4,
        "cold_crates": 40,
        "range_km": 160 if owner == "hub_nord" else 500,
        "speed_kmh": 26,
        "cost_eur_per_km": "0.20" if owner == "hub_nord" else "0.26",
        "cost_eur_per_hour": "23.00",
        "shift_end": "17:00",
        **base,
    }


def _deliveries(chance: Random, centre: Sequence[Cells], edge: Sequence[Cells]) -> Iterator[Cells]:
    cold = KNOWN_PRODUCERS | {key: told[-1] for key, told in NEW_PRODUCERS.items()}
    for number in range(OUT):
        is_central = number % CENTRE_EVERY == 0
        producer = chance.choice(list(cold))
        customer = chance.choice(centre if is_central else edge)
        mass_kg = chance.randint(3, 12) if is_central else chance.randint(5, 45)
        opens = chance.randint(9, 10) if is_central else chance.randint(7, 9)
        yield {
            "key": f"livraison_{number + 1}",
            "pickup": producer,
            "dropoff": customer["key"],
            **_load(mass_kg),
            "temperature": "cold" if cold[producer] and chance.random() < 1 / 3 else "ambient",
            "pickup_from": "06:00",
            "pickup_to": "13:00",
            "dropoff_from": f"{opens:02}:00",
            "dropoff_to": f"{opens + 4:02}:00",
            "is_return": "no",
        }


def _returns(chance: Random, centre: Sequence[Cells], edge: Sequence[Cells]) -> Iterator[Cells]:
    """Crates to the hub, and biowaste to the composter."""
    for number in range(BACK):
        is_waste = number % WASTE_EVERY == 0
        is_central = number % CENTRE_BACK_EVERY == 1 and not is_waste
        yield {
            "key": f"retour_{number + 1}",
            "pickup": chance.choice(centre if is_central else edge)["key"],
            "dropoff": "composteur_urbain" if is_waste else HUB,
            **_load(chance.randint(4, 12) if is_central else chance.randint(5, 40)),
            "temperature": "ambient",
            "pickup_from": "07:00",
            "pickup_to": "13:00",
            "dropoff_from": "07:00",
            "dropoff_to": "16:00",
            "is_waste": "yes" if is_waste else "no",
            "is_return": "yes",
        }


def _load(mass_kg: int) -> Cells:
    crates = -(-mass_kg // CRATE_KG)
    return {
        "day": DAY,
        "mass_kg": mass_kg,
        "volume_m3": f"{crates * CRATE_M3:.2f}",
        "crates": crates,
    }
