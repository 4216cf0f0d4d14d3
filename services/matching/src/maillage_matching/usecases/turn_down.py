"""What somebody turned down: kept from coming back, and where the law spoke, proposed as a gate."""

from datetime import datetime

from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.rejection import Rejection, rulings_of, suppressions_of
from maillage_matching.usecases.keep_apart import amounts_of, keep_apart
from maillage_matching.usecases.store import Store


async def turn_down(
    rejection: Rejection, store: Store, now: datetime, *, knowledge: Knowledge
) -> None:
    """Keep what was known of it at that moment: with another amount or way it is another thing."""
    flows = [one.flow_id for one in rejection.members]
    ways = knowledge.transformations_from(rejection.resource)
    told = rejection.model_copy(
        update={
            "amounts": await amounts_of(flows, store),
            "ways": frozenset(rule.name for rule in ways),
        }
    )
    actors = () if rejection.said_by is None else (rejection.said_by,)
    await keep_apart(suppressions_of(told), store, now, flows=flows, actors=actors)
    proposed = {one.ruling_id: one for one in rulings_of(told)}
    known = {one.ruling_id: one for one in await store.rulings_to_change(proposed)}
    for ruling_id, one in sorted(proposed.items()):
        before = known.get(ruling_id)
        await store.save_ruling(before.said_again(one.voices[0]) if before else one)
