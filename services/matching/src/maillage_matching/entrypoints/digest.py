"""Doors to the week of an advisor: to be read by a machine, and to be printed."""

from typing import Annotated

from fastapi import Response
from fastapi.responses import PlainTextResponse

from maillage_common.transaction import Runner
from maillage_matching.domain.digest import Digest, Language
from maillage_matching.domain.digest_words import page_of
from maillage_matching.usecases.make_digest import MakeDigest, make_digest
from maillage_matching.usecases.store import Store
from maillage_serving.auth import Principal
from maillage_serving.http import query


class DigestDoors:
    """The digest of whoever asks."""

    def __init__(self, runner: Runner[Store]) -> None:
        """Work through this runner."""
        self._runner = runner

    async def read(self, who: Annotated[Principal, query("matching.case.work")]) -> Digest:
        """Leads that wait, own cases with what is next, decisions of the week."""
        return await self._made(who)

    async def printed(
        self,
        who: Annotated[Principal, query("matching.case.work")],
        lang: Language = "fr",
    ) -> Response:
        """The same as a page of text, `lang` fr or en."""
        return PlainTextResponse(page_of(await self._made(who), lang))

    async def _made(self, who: Principal) -> Digest:
        order, now = MakeDigest(who.subject), self._runner.clock()
        return await self._runner.read(lambda store: make_digest(order, store, now))
