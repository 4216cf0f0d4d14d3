"""One missing fact that decides, to be asked of a firm at the next natural occasion."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.vocabulary import Text
from maillage_flows.domain.actor import Actor
from maillage_flows.domain.declaration import (
    PARTS,
    Condition,
    Declaration,
    Legal,
    Resource,
    differences,
)
from maillage_flows.domain.flow import Flow, amend, refreshed

QuestionStatus = Literal["open", "answered", "dropped"]
OPEN_MAX = 20
"""As many as an event of a flow carries."""
_WORDS = TypeAdapter[str](Annotated[Text, Field(min_length=1, strict=True)])


def _optional() -> dict[str, str]:
    """Every attribute that may be unknown: its last word, and where it is in a declaration."""
    paths = [name for name, field in Declaration.model_fields.items() if field.default is None]
    for part, model in zip(PARTS, (Resource, Condition, Legal), strict=True):
        paths += [f"{part}.{name}" for name, f in model.model_fields.items() if not f.is_required()]
    return {path.rpartition(".")[2]: path for path in paths}


ATTRIBUTES: Mapping[str, str] = MappingProxyType(_optional())


@dataclass(frozen=True)
class Question:
    """What is asked about one attribute of a flow."""

    question_id: UUID
    flow_id: UUID
    actor_id: UUID
    attribute: str
    """A word of ATTRIBUTES; or any other, and then its answer is told in words."""
    why: str
    asked_by: Literal["matching", "advisor"]
    asked_at: datetime
    status: QuestionStatus = "open"
    closed_at: datetime | None = None
    answer: str | None = None
    """In words, when it is no attribute of the declaration."""


def attribute_named(name: str) -> str:
    """The attribute a person asks about, as contamination or condition.contamination.

    Raises Invalid listing all.
    """
    word = name.rpartition(".")[2]
    if name not in (word, ATTRIBUTES.get(word)) or word not in ATTRIBUTES:
        raise Invalid("attribute", f"ask about one of: {', '.join(sorted(ATTRIBUTES))}")
    return word


def ask(flow: Flow, attribute: str) -> Flow:
    """The flow with one more open question; raises Refused when there is no asking it."""
    flow.must_be_live()
    if attribute in flow.open_questions:
        raise Refused(f"{attribute} is asked already")
    if len(flow.open_questions) >= OPEN_MAX:
        raise Refused(f"{OPEN_MAX} questions are open on this flow: answer some first")
    return replace(flow, open_questions=(*flow.open_questions, attribute))


def settled(before: Flow, after: Flow) -> Flow:
    """The flow without the questions that a change of its declaration answers."""
    told = set(differences(before.declaration, after.declaration))
    left = tuple(word for word in after.open_questions if ATTRIBUTES.get(word) not in told)
    return replace(after, open_questions=left)


def answered(flow: Flow, question: Question, value: object, actor: Actor, now: datetime) -> Flow:
    """The flow with its question answered: somebody just spoke of it, so it is fresh too.

    Raises Invalid for a value that cannot be, Refused when nothing is asked any more.
    """
    word = question.attribute
    if word not in flow.open_questions:
        raise Refused("this question is answered, or no longer asked")
    if value is None:
        raise Invalid("value", "say what the answer is; leave it open if nobody knows")
    told = _told(flow, word, value, actor, now) if word in ATTRIBUTES else flow
    left = tuple(other for other in flow.open_questions if other != word)
    return refreshed(replace(told, open_questions=left), actor, now)


def _told(flow: Flow, word: str, value: object, actor: Actor, now: datetime) -> Flow:
    part, _, name = ATTRIBUTES[word].rpartition(".")
    patch: dict[str, object] = {part: {name: value}} if part else {name: value}
    try:
        return amend(flow, patch, actor, now.date())
    except Invalid as error:
        raise Invalid("value", f"{error.field}: {error}") from error


def in_words(question: Question, value: object) -> str | None:
    """What to keep of the answer beside the declaration; raises Invalid unless it is a text."""
    if question.attribute in ATTRIBUTES:
        return None
    try:
        return _WORDS.validate_python(value)
    except ValidationError as error:
        raise Invalid("value", "answer in words: a text of 1 to 2000 characters") from error
