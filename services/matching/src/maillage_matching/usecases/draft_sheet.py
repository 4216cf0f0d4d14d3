"""The experience sheet of a case, drafted when it is asked for: the advisor edits and publishes."""

from dataclasses import dataclass
from typing import cast

from maillage_contracts.vocabulary import CaseId
from maillage_matching.domain.agreement import Attribution
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pattern import Taught, cases_in
from maillage_matching.domain.sheet import Agreed, Sheet, sheet_of
from maillage_matching.usecases.publish_pattern import TAUGHT_MAX
from maillage_matching.usecases.store import Store


@dataclass(frozen=True)
class DraftSheet:
    """Of which case."""

    case_id: CaseId


async def draft_sheet(query: DraftSheet, store: Store, knowledge: Knowledge) -> Sheet:
    """What is known of it, in the sections of the template."""
    case = await store.case(query.case_id)
    agreed = Agreed()
    if case.synergy_id is not None:
        kept = await store.synergy(case.synergy_id)
        synergy = kept.synergy
        agreed = Agreed(
            quantity=synergy.quantity,
            saving=synergy.saving,
            price=synergy.price,
            attribution=cast("Attribution | None", kept.attribution),
            ended_for=kept.end_reason,
        )
    taught = await store.taught(TAUGHT_MAX)
    mine = next((one for one in taught if one.case.case_id == case.case_id), Taught(case))
    alike = cases_in(one for one in taught if one.of == mine.of)
    return sheet_of(case, agreed, alike, knowledge)
