"""Lists in pages, in the order of identifiers."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from maillage_contracts.refusals import Invalid
from maillage_serving.http import Page

R = TypeVar("R")
V = TypeVar("V")


class Listed(BaseModel, Generic[V]):
    """A page of a list; `next` goes into `?cursor=` for the one after."""

    items: list[V]
    next: Annotated[str | None, Field(description="Absent on the last page.")]


def after(page: Page) -> UUID | None:
    """The identifier of the last thing already seen, None on the first page; raises Invalid."""
    seen = page.after(1)
    if seen is None:
        return None
    try:
        return UUID(seen[0])
    except ValueError as error:
        raise Invalid("cursor", "send the value of `next` from the page before") from error


def listed(
    page: Page, rows: Sequence[R], identifier: Callable[[R], UUID], view: Callable[[R], V]
) -> Listed[V]:
    """The answer for rows of which there is one more than the page holds, if there are more."""
    body = page.of(rows, key=lambda row: (str(identifier(row)),))
    return Listed(items=[view(row) for row in body["items"]], next=body["next"])
