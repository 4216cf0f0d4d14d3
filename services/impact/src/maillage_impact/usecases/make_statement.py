"""The figures of an actor, a synergy, a zone, a tour, a plan or the whole territory."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.entry import shares
from maillage_impact.domain.statement import (
    VIEWS,
    Bearers,
    Scope,
    Statement,
    figures_of,
    is_told_by_difference,
)
from maillage_impact.domain.sums import Sums, merged, sums_of
from maillage_impact.domain.transport import weights
from maillage_impact.usecases.store import EntryFilter, KnownSynergy, Store
from maillage_impact.usecases.sum_subject import sum_subject

ABOUT = ("territory", "zone", "actor", "synergy", "plan", "tour")
TOUR_SAVINGS = "what shared rounds save is the territory's: it is booked once, by plan"

TOLD_BY_DIFFERENCE = "withheld: taken off a larger zone, it would tell of one or two actors"


async def make_statement(scope: Scope, store: Store) -> Statement:
    """Raises Invalid naming the field, NotFound."""
    version = _version(scope, store)
    notes: list[str] = []
    bearers: Bearers | None = None
    name = scope.zone or scope.about
    match scope.about:
        case "territory":
            sums = await store.sums(scope)
        case "zone":
            sums, bearers = await _of_zone(scope, store)
            notes.append(TOUR_SAVINGS)
            if sums and not bearers:
                notes.append(TOLD_BY_DIFFERENCE)
        case "actor":
            actor_id = _id(scope)
            sums, _ = await _of_actors([actor_id], scope, store)
            name = (await store.actor_names([actor_id])).get(actor_id, str(actor_id))
            notes.append(TOUR_SAVINGS)
        case _:
            subject_id = _id(scope)
            sums = await _of_subject(scope.about, subject_id, scope, store)
            notes += (await sum_subject(scope.about, subject_id, store)).not_accounted
            synergy = await store.synergy(subject_id) if scope.about == "synergy" else None
            name = synergy.title if synergy else f"{scope.about} {subject_id}"
    head = await store.head()
    return Statement(
        scope=replace(scope, version=version),
        name=name,
        figures=figures_of(sums, store.factor_sets, version, bearers=bearers),
        ledger_place=head.place,
        ledger_head=head.hash.hex(),
        factor_version=version or "as written",
        notes=tuple(notes),
    )


def _version(scope: Scope, store: Store) -> str | None:
    if scope.about not in ABOUT:
        raise Invalid("about", f"say one of {', '.join(ABOUT)}")
    if scope.last < scope.first:
        raise Invalid("last", "it must not be before the first day")
    if scope.view not in VIEWS:
        raise Invalid("view", f"say one of {', '.join(VIEWS)}")
    if scope.view == "reported":
        return None
    if scope.view == "current":
        return store.factors.version
    if scope.version not in store.factor_sets:
        raise Invalid("version", f"say one of {', '.join(store.factor_sets)}")
    return scope.version


def _id(scope: Scope) -> UUID:
    if scope.about_id is None:
        raise Invalid("about_id", f"say which {scope.about}")
    return scope.about_id


async def _of_subject(kind: str, subject_id: UUID, scope: Scope, store: Store) -> Sums:
    asked = EntryFilter(
        kind,
        subject_id,
        first=scope.first,
        last=scope.last,
        known_at=scope.known_at,
        with_reversals=True,
    )
    return sums_of(entry for _, entry in await store.entries(asked))


async def _of_zone(scope: Scope, store: Store) -> tuple[Sums, Bearers]:
    """Its sums, and who bears them; nobody when a larger cell would tell of one or two actors."""
    if scope.zone is None:
        raise Invalid("zone", "say which zone")
    zones = await store.zones()
    actor_ids = zones.get(scope.zone, frozenset[UUID]())
    sums, bearers = await _of_actors(sorted(actor_ids), scope, store)
    active = await store.active_actors(scope.first, scope.last)
    others = [active & members for members in zones.values()]
    if is_told_by_difference(active & actor_ids, [*others, active]):
        bearers = {}
    return sums, bearers


async def _of_actors(
    actor_ids: Sequence[UUID], scope: Scope, store: Store
) -> tuple[Sums, dict[str, set[UUID]]]:
    """What they bear of their synergies and of the tours that drove for these, and their own."""
    parts: list[Sums] = []
    bearers: dict[str, set[UUID]] = {}
    for actor_id in actor_ids:
        parts.append(await _of_subject("actor", actor_id, scope, store))
        for indicator in parts[-1]:
            bearers.setdefault(indicator, set()).add(actor_id)
    for synergy in await store.synergies_of(actor_ids):
        whole = await _of_synergy(synergy, scope, store)
        parts.append(_share(whole, synergy, set(actor_ids)))
        bearing = {id_ for id_, share in synergy.parties if share and id_ in set(actor_ids)}
        for indicator in whole:
            bearers.setdefault(indicator, set()).update(bearing)
    return merged(parts), bearers


async def _of_synergy(synergy: KnownSynergy, scope: Scope, store: Store) -> Sums:
    own = await _of_subject("synergy", synergy.synergy_id, scope, store)
    deliveries = await store.deliveries(synergy.synergy_id)
    parts = [own]
    for tour_id in sorted({delivery.tour_id for delivery in deliveries}):
        tour = await store.tour(tour_id)
        if tour is None or tour.driven is None:
            continue
        emitted = (await _of_subject("tour", tour_id, scope, store)).get("ghg_induced_transport")
        keys = weights(tour.driven)
        if emitted and synergy.synergy_id in keys:
            borne = shares(emitted.value, keys)[synergy.synergy_id]
            share = keys[synergy.synergy_id] / sum(keys.values(), Decimal(0))
            parts.append({"ghg_induced_transport": emitted.part(borne, share)})
    return merged(parts)


def _share(whole: Sums, synergy: KnownSynergy, actors: set[UUID]) -> Sums:
    parties = dict(synergy.parties)
    share = sum((part for id_, part in parties.items() if id_ in actors), Decimal(0))
    found: Sums = {}
    for indicator, one in whole.items():
        split = shares(one.value, parties)
        value = sum((part for id_, part in split.items() if id_ in actors), Decimal(0))
        found[indicator] = one.part(value, share)
    return found
