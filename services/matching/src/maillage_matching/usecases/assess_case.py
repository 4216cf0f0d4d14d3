"""An advisor writes down what is found of a case, facet by facet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid
from maillage_matching.domain.case import Facet
from maillage_matching.usecases.case_at_hand import CaseCommand, open_case
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class AssessCase(CaseCommand):
    """What is found of it; facets that are not named stay."""

    facets: Mapping[str, Facet]


async def assess_case(command: AssessCase, store: Store, _now: datetime) -> Iterable[Event]:
    """Write down what is found of some facets."""
    case = await open_case(command, store)
    unknown = command.facets.keys() - case.facets.keys()
    if unknown:
        known = ", ".join(case.facets)
        raise Invalid("facets", f"no facet: {', '.join(sorted(unknown))}; the six are {known}")
    await store.save_case(case.changed(facets={**case.facets, **command.facets}))
    return []
