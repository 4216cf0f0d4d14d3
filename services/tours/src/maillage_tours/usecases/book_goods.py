"""What a reported stop moved: goods in and out of hubs, custody of waste, containers for reuse."""

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import HubId, UnitId
from maillage_tours.domain.consignment import after_step, consignment_of
from maillage_tours.domain.custody import Step
from maillage_tours.domain.hub_stock import Movement
from maillage_tours.domain.returnable import Unit, UnitStatus, seen, status_after
from maillage_tours.domain.tour import Stop, Task, TaskStatus, Tour
from maillage_tours.usecases.announce_goods import custody_moved, stock_moved, unit_moved
from maillage_tours.usecases.store import Store


async def book_stock(tour: Tour, stop: Stop, store: Store, now: datetime) -> Sequence[Event]:
    """What a stop at a hub brought and took, each once; nothing anywhere else."""
    hub_id = await _hub_at(stop, store)
    if hub_id is None:
        return ()
    moved = [task for task in stop.tasks if task.status == TaskStatus.DONE and task.accepted_kg]
    movements = [_movement(tour, stop, task, hub_id, now) for task in moved]
    return [event for one in _by_balance(movements) for event in await book(one, store)]


async def book(movement: Movement, store: Store) -> Sequence[Event]:
    """Enter one movement into the books of its hub; nothing when it was entered before."""
    if not await store.add_movement(movement):
        return ()
    before = await store.stock_to_change(movement.hub_id, movement.temperature)
    after = before.after(movement)
    await store.put_stock(after)
    return stock_moved(movement, before, after)


async def book_custody(steps: Sequence[Step], store: Store, now: datetime) -> Sequence[Event]:
    """The next steps of the tracking notes of what waste changed hands."""
    waste = [step for step in steps if step.order.is_waste]
    if not waste:
        return ()
    known = {
        one.order_id: one
        for one in await store.consignments_to_change({step.order.order_id for step in waste})
    }
    events: list[Event] = []
    for step in waste:
        before = known.get(step.order.order_id) or consignment_of(step.order)
        after = after_step(before, step)
        if after != before:
            known[after.order_id] = after
            at = step.stop.visited.completed_at if step.stop.visited else now
            events.append(custody_moved(after, at))
    for consignment in known.values():
        await store.put_consignment(consignment)
    return events


async def book_units(tour: Tour, stop: Stop, store: Store) -> Sequence[Event]:
    """Where containers are that were scanned at a stop; one that nobody registered is a crate."""
    scanned = {unit_id: task for task in stop.tasks for unit_id in task.unit_ids}
    if not scanned or stop.visited is None:
        return ()
    at = stop.visited.completed_at
    at_hub = await _hub_at(stop, store) is not None
    known = {unit.unit_id: unit for unit in await store.units_to_change(scanned.keys())}
    events: list[Event] = []
    after: list[Unit] = []
    for unit_id, task in sorted(scanned.items()):
        status = status_after(task.action, at_hub=at_hub)
        before = known.get(unit_id)
        steps = seen(before, status, at) if before else [_found(unit_id, status, at)]
        events += unit_moved(before, steps, order_id=task.order_id, tour_id=tour.tour_id)
        after += steps[-1:]
    await store.put_units(after)
    return events


async def _hub_at(stop: Stop, store: Store) -> HubId | None:
    hubs = (hub for hub in await store.hubs() if hub.position == stop.place.position)
    return next((hub.hub_id for hub in hubs), None)


def _movement(tour: Tour, stop: Stop, task: Task, hub_id: HubId, now: datetime) -> Movement:
    name = f"{tour.tour_id}/{stop.number}/{task.order_id}/{task.leg}/{task.action}"
    return Movement(
        movement_id=uuid5(NAMESPACE_URL, f"https://maillage.org/movements/{name}"),
        hub_id=hub_id,
        temperature=task.load.temperature,
        kind="received" if task.action == "dropoff" else "dispatched",
        mass_kg=task.accepted_kg,
        crates=task.load.crates if task.crates is None else task.crates,
        order_id=task.order_id,
        tour_id=tour.tour_id,
        at=stop.visited.completed_at if stop.visited else now,
        received_at=now,
    )


def _by_balance(movements: Sequence[Movement]) -> Sequence[Movement]:
    """Balances are locked in one order by everybody."""
    return sorted(movements, key=lambda one: (one.temperature, one.movement_id))


def _found(unit_id: UnitId, status: UnitStatus, at: datetime) -> Unit:
    return Unit(unit_id=unit_id, kind="crate", status=status, since=at)
