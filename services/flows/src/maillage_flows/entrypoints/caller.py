"""What the doors have in common: how far a caller sees, pages, and where a new thing is."""

from typing import Any
from uuid import UUID

from fastapi import Response, status

from maillage_contracts.refusals import Invalid
from maillage_flows.domain.reach import Reach
from maillage_flows.usecases.store import Wanted
from maillage_serving.auth import Principal
from maillage_serving.http import Page


def reach(who: Principal) -> Reach:
    """How far a caller sees."""
    return Reach(
        sees_all="advisor" in who.roles, organisation=who.organisation, confined=who.confined
    )


def wanted(who: Principal, page: Page, **asked: Any) -> Wanted:  # noqa: ANN401 its fields
    """What part of a list a caller asks for, one more than the page holds; raises Invalid."""
    seen = page.after(1)
    try:
        after = None if seen is None else UUID(seen[0])
    except ValueError as error:
        raise Invalid("cursor", "send the value of `next` from the page before") from error
    return Wanted(reach=reach(who), limit=page.limit + 1, after=after, **asked)


def told_where(response: Response, told: dict[str, Any], place: str) -> dict[str, Any]:
    """The answer to a declaration: 201 and where it is, 200 when nothing new was said."""
    if not told["events"]:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"/v1/{place}/{told['id']}"
    return told
