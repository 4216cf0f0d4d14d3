"""Reading the files of a pack in order: later files refer to earlier ones."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel

from maillage_hub.packs.documents import FINISH
from maillage_hub.packs.pack import Document, Item, Pack, pack_id, sirets_given_twice
from maillage_hub.packs.sheets import Fault, Row, Unusable, read_csv, read_yaml
from maillage_hub.packs.soundness import complaints
from maillage_hub.packs.tables import (
    CREDENTIALS,
    ORIGINS,
    ROUNDS,
    TABLES,
    ZONES,
    Listing,
    Table,
)

TERRITORY_FILE = "territory.yaml"
TERRITORY_FIELDS = frozenset({"territory", "name", "time_zone", "country", "activity_zones"})
FILES = (TERRITORY_FILE, *(source.file for source in (*TABLES, ZONES, ROUNDS)))
SHEETS = frozenset({".csv", ".tsv", ".yaml", ".yml", ".xlsx", ".xls", ".ods"})
"""Endings of files that somebody may mean to be read."""


def read_pack(folder: Path, today: date | datetime) -> Pack:
    """Read and check a pack; `today` is the day that `J+1` in a day column counts from.

    A moment means the day that it is then on the territory.
    """
    pack = _read(folder, "", today)
    pack.faults += sirets_given_twice(pack)
    pack.faults.sort()
    return pack


def _read(folder: Path, prefix: str, today: date | datetime) -> Pack:
    """The pack in a folder, whose files are called so with this prefix."""
    name = f"{prefix}{TERRITORY_FILE}"
    if not (folder / TERRITORY_FILE).is_file():
        message = f"there is no {TERRITORY_FILE} in {folder}: is this a territory pack?"
        return Pack("", "", "UTC", faults=[Fault(name, 1, 1, message)])
    try:
        row = read_yaml(folder / TERRITORY_FILE, name)
    except Unusable as error:
        return Pack("", "", "UTC", faults=[error.fault])
    if "extends" not in row.values:
        pack = _territory(row)
    elif prefix:
        message = "what another pack extends cannot extend a third"
        return Pack("", "", "UTC", faults=[row.at("extends").fault(message)])
    else:
        base = str(row.values["extends"])
        pack = _read(folder / base, f"{base}/", today)
    if isinstance(today, datetime):
        today = today.astimezone(ZoneInfo(pack.time_zone)).date()
    pack.faults += _unread(folder, prefix)
    reader = _Reader(pack, folder, prefix, today)
    for table in TABLES:
        reader.read_table(table)
    for listing in (ZONES, ROUNDS):
        reader.read_listing(listing)
    return pack


def _territory(row: Row) -> Pack:
    values = row.values
    pack = Pack(
        territory=str(values.get("territory", "")),
        name=str(values.get("name", "")),
        time_zone=str(values.get("time_zone", "Europe/Paris")),
        activity_zones=tuple(_codes(values.get("activity_zones"))),
    )
    allowed = ", ".join(sorted(TERRITORY_FIELDS))
    for name in values.keys() - TERRITORY_FIELDS:
        pack.faults.append(row.at(name).fault(f"unknown field {name!r}: allowed are {allowed}"))
    for name in ("territory", "name"):
        if not values.get(name):
            pack.faults.append(row.at(name).fault(f"{name} is missing"))
    try:
        ZoneInfo(pack.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        fault = row.at("time_zone").fault(f"{pack.time_zone!r} is not a time zone")
        pack.faults.append(fault)
        pack.time_zone = "UTC"
    return pack


def _codes(zones: object) -> Iterator[str]:
    for zone in cast("list[object]", zones) if isinstance(zones, list) else ():
        if isinstance(zone, dict):
            yield str(cast("Document", zone).get("code"))


def _unread(folder: Path, prefix: str) -> Iterator[Fault]:
    """Files that look like a part of the pack, and would be left out without a word."""
    for path in sorted(folder.iterdir()):
        if path.name in FILES or path.name[0] in ".~" or path.suffix.lower() not in SHEETS:
            continue
        message = f"a pack has no such file: save it as one of {', '.join(FILES)}, or remove it"
        yield Fault(f"{prefix}{path.name}", 1, 1, message)


class _Reader:
    """Reads the files of a pack one after another; later files refer to earlier ones."""

    def __init__(self, pack: Pack, folder: Path, prefix: str, today: date) -> None:
        self.pack = pack
        self.folder = folder
        self.prefix = prefix
        self.today = today
        self.keys = {(item.kind, item.key): item.spot for item in pack.items}
        self.unread: set[str] = set()
        """Kinds whose file cannot be read: what refers to them is not faulty for that."""

    def read_table(self, table: Table) -> None:
        """Read one CSV file, when the pack has it."""
        path = self.folder / table.file
        if not path.is_file():
            return
        try:
            rows, faults = read_csv(path, f"{self.prefix}{table.file}", table.titles)
        except Unusable as error:
            self.pack.faults.append(error.fault)
            self.unread.add(table.kind)
            return
        self.pack.faults += faults
        for row in rows:
            self._read_row(table, row)

    def read_listing(self, listing: Listing) -> None:
        """Read one YAML list, when the pack has it."""
        path = self.folder / listing.file
        if not path.is_file():
            return
        name = listing.file.removesuffix(".yaml")
        try:
            whole = read_yaml(path, f"{self.prefix}{listing.file}")
        except Unusable as error:
            self.pack.faults.append(error.fault)
            return
        entries = whole.values.get(name)
        if not isinstance(entries, list):
            self.pack.faults.append(whole.spot.fault(f"the file needs a list named {name}"))
            return
        for place, entry in enumerate(cast("list[object]", entries)):
            prefix = f"{name}.{place}"
            if not isinstance(entry, dict):
                self.pack.faults.append(whole.at(prefix).fault("an entry is a mapping"))
                continue
            spots = {
                path_.removeprefix(f"{prefix}."): spot
                for path_, spot in whole.spots.items()
                if path_.startswith(f"{prefix}.")
            }
            self._read_entry(listing, Row(whole.at(prefix), cast("Document", entry), spots))

    def _read_row(self, table: Table, row: Row) -> None:
        faults = [*_missing(row, table.required), *_unknown_words(table, row)]
        document: Document = {}
        for column, path in table.columns.items():
            if column in row.values:
                text = str(row.values[column])
                value = text.split("|") if column in table.lists else text
                _put(document, path, value)
        faults += self._zone(row)
        for column, kind in table.references.items():
            if column in row.values:
                faults += self._refer(document, column, kind, row)
        key = str(row.values.get("key", f"{row.values.get('actor')}.{row.values.get('scope')}"))
        columns = {path: column for column, path in table.columns.items()}
        self._finish(table, row, key, document, faults=faults, columns=columns)

    def _read_entry(self, listing: Listing, row: Row) -> None:
        faults = [
            *_missing(row, listing.required),
            *(
                row.at(name).fault(f"unknown field {name!r}")
                for name in row.values
                if name not in listing.fields
            ),
        ]
        document: Document = {
            name: value
            for name, value in row.values.items()
            if name in listing.fields - {"key", "origin"}
        }
        if "actor" in document:
            del document["actor"]
            faults += self._refer(document, "actor", "actor", row)
        if listing.kind == "round" and isinstance(row.values.get("stops"), list):
            faults += self._stops(document, row)
        key = str(row.values.get("key", ""))
        self._finish(listing, row, key, document, faults=faults, columns={})

    def _finish(
        self,
        source: Table | Listing,
        row: Row,
        key: str,
        document: Document,
        *,
        faults: list[Fault],
        columns: Mapping[str, str],
    ) -> None:
        """Give the document its identifier, check it against its model, keep it if it is sound."""
        item_id = pack_id(self.pack.territory, source.kind, key)
        first = self.keys.setdefault((source.kind, key), row.spot)
        if first is not row.spot:
            where = "" if first.file == row.spot.file else f" of {first.file}"
            message = f"key {key!r} is already on line {first.line}{where}"
            faults.append(row.at("key").fault(message))
        origin = str(row.values.get("origin", ""))
        if origin not in ORIGINS:
            faults.append(row.at("origin").fault(f"origin must be {' or '.join(ORIGINS)}"))
        if not faults:
            FINISH[source.kind](document, item_id, self.pack, self.today)
            faults += _model_faults(source.model, document, row, columns)
        self.pack.faults += faults
        if not faults:
            actor = row.values.get("actor") if source is CREDENTIALS else None
            parent_id = pack_id(self.pack.territory, "actor", str(actor)) if actor else None
            item = Item(source.kind, key, item_id, document, row.spot, origin, parent_id)
            self.pack.items.append(item)

    def _refer(self, document: Document, column: str, kind: str, row: Row) -> list[Fault]:
        named = str(row.values.get(column))
        if kind == "place":
            place = self.place(named)
            if place is None:
                return [row.at(column).fault(f"no actor {named!r} (a hub is written hub:KEY)")]
            document[column] = place
            return []
        if self.pack.get(kind, named) is None and not self._is_faulty(kind, named):
            return [row.at(column).fault(f"no {kind} {named!r} in this pack")]
        document[f"{column}_id"] = str(pack_id(self.pack.territory, kind, named))
        return []

    def _is_faulty(self, kind: str, key: str) -> bool:
        """Whether it is in the pack, and faulty itself: that is told once, where it stands."""
        is_named = kind in self.unread or (kind, key) in self.keys
        return is_named and self.pack.get(kind, key) is None

    def place(self, named: str) -> Document | None:
        """The place of an actor's first site, or of a hub."""
        kind = "hub" if named.startswith("hub:") else "actor"
        if self._is_faulty(kind, named.removeprefix("hub:")):
            return {"label": named, "position": {"lat": "0", "lon": "0"}}  # sent by nobody
        if kind == "hub":
            hub = self.pack.get("hub", named.removeprefix("hub:"))
            return hub and {
                "label": hub.document["label"],
                "position": hub.document["position"],
                "actor_id": hub.document["operator_id"],
            }
        actor = self.pack.get("actor", named)
        return actor and {
            "label": actor.document["name"],
            "position": actor.document["sites"][0]["position"],
            "actor_id": str(actor.id),
            "site_id": actor.document["sites"][0]["site_id"],
        }

    def _zone(self, row: Row) -> Iterator[Fault]:
        zone, known = row.values.get("zone"), self.pack.activity_zones
        if zone is not None and known and zone not in known:
            use = f"use {', '.join(known)}, or add it to {TERRITORY_FILE}"
            yield row.at("zone").fault(f"zone {zone!r} is none of this territory: {use}")

    def _stops(self, document: Document, row: Row) -> Iterator[Fault]:
        places: list[Document] = []
        for number, named in enumerate(cast("list[object]", row.values["stops"])):
            place = self.place(str(named))
            if place is None:
                yield row.at(f"stops.{number}").fault(f"no actor {named!r} in this pack")
            else:
                places.append(place)
        document["stops"] = places


def _missing(row: Row, required: frozenset[str]) -> Iterator[Fault]:
    for name in sorted(required):
        if row.values.get(name) in (None, ""):
            yield row.at(name).fault(f"{name} is missing")


def _unknown_words(table: Table, row: Row) -> Iterator[Fault]:
    for column, known in table.known.items():
        for word in str(row.values.get(column, "")).split("|"):
            if word and word not in known:
                message = f"{column} {word!r} is not known: use {', '.join(known)}"
                yield row.at(column).fault(message)


def _put(document: Document, path: str, value: object) -> None:
    *parents, last = path.split(".")
    for name in parents:
        document = document.setdefault(name, {})
    document[last] = value


def _model_faults(
    model: type[BaseModel], document: Document, row: Row, columns: Mapping[str, str]
) -> Iterator[Fault]:
    for path, message in complaints(model, document):
        column = _nearest(path, columns) or path
        spot = row.at(column) if column in row.spots else row.at(path.split(".", 1)[0])
        yield spot.fault(f"{column}: {message}")


def _nearest(path: str, columns: Mapping[str, str]) -> str | None:
    """The column that fills this path, or a path below or above it."""
    for filled, column in columns.items():
        plain = filled.replace(".ambient.", ".0.").replace(".cold.", ".1.")
        if plain == path or path.startswith(f"{plain}.") or plain.startswith(f"{path}."):
            return column
    return None
