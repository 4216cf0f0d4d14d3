"""Doors to what cases taught: sheets, drafts of patterns, suggestions of other territories."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field

from maillage_common.transaction import Runner
from maillage_contracts import matching
from maillage_contracts.vocabulary import CaseId, PatternId, Word
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pattern import PatternDraft, drafts_of
from maillage_matching.domain.sheet import Sheet, page_of
from maillage_matching.domain.suggestion import Pattern, SuggestionStatus
from maillage_matching.entrypoints.leads import Note
from maillage_matching.usecases.decide_suggestion import DecideSuggestion, decide_suggestion
from maillage_matching.usecases.draft_sheet import DraftSheet, draft_sheet
from maillage_matching.usecases.publish_pattern import (
    TAUGHT_MAX,
    PublishFailure,
    publish_failure,
)
from maillage_matching.usecases.store import Store, key_of_suggestion
from maillage_matching.usecases.suggest_pattern import SuggestPattern, suggest_pattern
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Paged, carry_out, command, query

Origin = Annotated[Word, Path(description="The territory that published it.")]


class FailureBody(Body):
    """Whether all parties consented to be recognisable; below three cases they must."""

    consented: bool = False


class SuggestBody(Body):
    """The data of an event `pattern.published`, and the territory it came from."""

    origin: Word = Field(examples=["genevois"])
    pattern: matching.PatternPublished


class DecideBody(Body):
    """Why."""

    note: Note | None = None


Deciding = Annotated[Door, command("matching.pattern.decide")]


class PatternDoors:
    """What was taught here and elsewhere."""

    def __init__(self, runner: Runner[Store], knowledge: Knowledge) -> None:
        """Work through this runner, with this knowledge."""
        self._runner = runner
        self._knowledge = knowledge

    async def sheet(
        self, case_id: UUID, _: Annotated[Principal, query("matching.case.work")]
    ) -> Sheet:
        """The experience sheet of a case, drafted in French; firms are not named."""
        order = DraftSheet(CaseId(case_id))
        return await self._runner.read(lambda store: draft_sheet(order, store, self._knowledge))

    async def sheet_printed(
        self, case_id: UUID, who: Annotated[Principal, query("matching.case.work")]
    ) -> Response:
        """The same as text with headings, to be edited and published."""
        return PlainTextResponse(page_of(await self.sheet(case_id, who)))

    async def drafts(
        self, _: Annotated[Principal, query("matching.pattern.decide")]
    ) -> dict[str, list[PatternDraft]]:
        """Patterns of this territory's cases, failures included, that of most cases first."""
        taught = await self._runner.read(lambda store: store.taught(TAUGHT_MAX))
        return {"items": drafts_of(taught)}

    async def publish_failure(
        self,
        case_id: UUID,
        body: FailureBody,
        door: Annotated[Door, command("matching.pattern.decide")],
    ) -> dict[str, Any]:
        """Publish why a case was given up, without the names."""
        order = PublishFailure(case_id=CaseId(case_id), consented=body.consented)
        return await carry_out(self._runner, publish_failure, order, case_id, door=door)

    async def suggest(
        self, body: SuggestBody, door: Annotated[Door, command("matching.pattern.suggest")]
    ) -> dict[str, Any]:
        """Take in a pattern of another territory. It waits for an advisor."""
        pattern = Pattern(**body.pattern.model_dump(include=set(Pattern.model_fields)))
        order = SuggestPattern(origin=body.origin, pattern=pattern)
        return await carry_out(self._runner, suggest_pattern, order, pattern.pattern_id, door=door)

    async def suggestions(
        self,
        _: Annotated[Principal, query("matching.pattern.decide")],
        page: Paged,
        status: SuggestionStatus | None = None,
    ) -> dict[str, Any]:
        """Patterns of other territories, by when they came."""
        after = page.after(3)
        rows = await self._runner.read(
            lambda store: store.suggestions(status=status, after=after, limit=page.limit + 1)
        )
        return page.of(rows, key=key_of_suggestion)

    async def adopt(
        self, origin: Origin, pattern_id: UUID, body: DecideBody, door: Deciding
    ) -> dict[str, Any]:
        """Let it have a part in the score of leads; it is never a lead itself."""
        return await self._decided(origin, pattern_id, "adopted", body, door=door)

    async def decline(
        self, origin: Origin, pattern_id: UUID, body: DecideBody, door: Deciding
    ) -> dict[str, Any]:
        """Not for this territory."""
        return await self._decided(origin, pattern_id, "declined", body, door=door)

    async def retire(
        self, origin: Origin, pattern_id: UUID, body: DecideBody, door: Deciding
    ) -> dict[str, Any]:
        """Drop what was adopted: it has no part in the score any more."""
        return await self._decided(origin, pattern_id, "retired", body, door=door)

    async def _decided(
        self, origin: str, pattern_id: UUID, to: SuggestionStatus, body: DecideBody, *, door: Door
    ) -> dict[str, Any]:
        order = DecideSuggestion(
            pattern_id=PatternId(pattern_id),
            origin=origin,
            to=to,
            by=door.principal.subject,
            note=body.note,
            version=door.expected_version,
        )
        return await carry_out(self._runner, decide_suggestion, order, pattern_id, door=door)
