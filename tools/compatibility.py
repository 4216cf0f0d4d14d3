"""May this schema follow that one inside a version? Older readers and older events must go on.

A producer writes only what its schema names, a consumer accepts more: so the closed form of what
is written is compared with the open form of what reads it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from jsoncompat import check_compat

from event_schemas import Json, Schema, expanded

# jsoncompat takes any two of these for compatible (0.5, on Python 3.12 and newer: not patterns);
# and a default is what absence means.
FIXED = {"pattern", "format", "default"}
WORDS_ONLY = {"title", "description", "examples"}


def breaks(old: Schema, new: Schema) -> list[str]:
    """What an event of the new schema, or a reader of it, would break; empty if nothing."""
    before, after = expanded(old), expanded(new)
    changed = list(_changed(before, after))
    faults = [
        f"{path} changed from {was!r} to {now!r}"
        for path, was, now in changed
        if path.rpartition(".")[2] in FIXED
    ]
    where = ", ".join(path for path, _, _ in changed)
    if not check_compat(json.dumps(closed(before)), json.dumps(after), "deserializer"):
        faults.append(f"a new reader could not read the old events: see {where}")
    if not check_compat(json.dumps(before), json.dumps(closed(after)), "serializer"):
        faults.append(f"an old reader could not read the new events: see {where}")
    return faults


def closed(part: Json) -> Json:
    """The schema of what is written: no object has a field that it does not name."""
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    whole = {name: closed(each) for name, each in part.items()}
    return {**whole, "additionalProperties": False} if "properties" in part else whole


def complaints(new: Mapping[str, Schema], released: Iterable[Path]) -> Iterator[str]:
    """What the new schemas, by file name, break of those in the folders of released ones."""
    for folder in released:
        for file in sorted(folder.glob("*.json")):
            if file.name not in new:
                yield f"{file.name} was published: an event type is never taken back"
                continue
            old = json.loads(file.read_text())
            for fault in breaks(old, new[file.name]) if old != new[file.name] else ():
                yield f"{file.stem}: {fault}; make a .v2 beside it"


def _changed(old: Json, new: Json, path: str = "") -> Iterator[tuple[str, Json, Json]]:
    if isinstance(old, dict) and isinstance(new, dict):
        # Below `properties` the names are those of fields, and a field may be called title.
        ignored = set[str]() if path.endswith("properties") else WORDS_ONLY
        for name in sorted((old.keys() | new.keys()) - ignored):
            yield from _changed(old.get(name), new.get(name), f"{path}.{name}".strip("."))
    elif old != new:
        yield path, old, new
