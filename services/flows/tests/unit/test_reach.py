"""Who may see and who may change what an actor declared."""

from uuid import UUID

import pytest

from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import Visibility
from maillage_flows.domain.reach import Reach

OWNER, OTHER = an_id("owner"), an_id("other")
ADVISOR = Reach(sees_all=True)
MACHINE = Reach(sees_all=False)
FIRM = Reach(sees_all=False, organisation=OWNER, confined=True)


@pytest.mark.parametrize(
    ("reach", "actor_id", "visibility", "sees", "changes"),
    [
        (ADVISOR, OWNER, "private", True, True),
        (ADVISOR, OWNER, "members", True, True),
        (MACHINE, OWNER, "private", False, False),
        (MACHINE, OWNER, "case", False, False),
        (MACHINE, OWNER, "members", True, True),
        (MACHINE, OWNER, "public", True, True),
        (FIRM, OWNER, "private", True, True),
        (FIRM, OWNER, "members", True, True),
        (FIRM, OTHER, "private", False, False),
        (FIRM, OTHER, "case", False, False),
        (FIRM, OTHER, "members", True, False),
        (FIRM, OTHER, "public", True, False),
    ],
)
def test_how_far_a_caller_reaches(
    reach: Reach, actor_id: UUID, visibility: Visibility, *, sees: bool, changes: bool
) -> None:
    assert reach.sees(actor_id, visibility) is sees
    assert reach.changes(actor_id, visibility) is changes
