"""Doors to what is personal: how to reach an actor, and what it allows."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import AfterValidator, BaseModel, Field

from maillage_common.transaction import Runner
from maillage_contracts.vocabulary import ActorId, Word
from maillage_registry.domain.contact import Contact
from maillage_registry.domain.words import each_once
from maillage_registry.usecases.erase_contact import EraseContact, erase_contact
from maillage_registry.usecases.give_consent import GiveConsent, give_consent
from maillage_registry.usecases.keep_contact import KeepContact, keep_contact
from maillage_registry.usecases.read_actors import read_consents, read_contact
from maillage_registry.usecases.store import Store
from maillage_registry.usecases.withdraw_consent import WithdrawConsent, withdraw_consent
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, carry_out, command, etag, query


class ConsentBody(Body):
    """To what a consent is limited."""

    fields: Annotated[tuple[Word, ...], AfterValidator(each_once)] = Field(
        default=(), max_length=50, description="None named: all fields of the purpose."
    )


class ConsentView(BaseModel):
    """The last word of an actor on one purpose."""

    purpose: Word
    fields: tuple[Word, ...]
    is_given: bool
    since: datetime


class Consents(BaseModel):
    """All that an actor said, in the order of purposes."""

    items: list[ConsentView]


class PersonDoors:
    """What can be asked about contacts and consents."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def read_contact(
        self,
        actor_id: UUID,
        who: Annotated[Principal, query("registry.contact.read")],
        response: Response,
    ) -> Contact:
        """Read how to reach an actor."""
        who.must_own(actor_id)
        kept = await self._runner.read(lambda store: read_contact(store, ActorId(actor_id)))
        response.headers["ETag"] = etag(kept.version)
        return kept.value

    async def keep_contact(
        self,
        actor_id: UUID,
        body: Contact,
        door: Annotated[Door, command("registry.contact.write")],
    ) -> dict[str, Any]:
        """Write down how to reach an actor. It is told to nobody else: no event."""
        door.principal.must_own(actor_id)
        order = KeepContact(
            actor_id=ActorId(actor_id), contact=body, expected_version=door.expected_version
        )
        return await carry_out(self._runner, keep_contact, order, actor_id, door=door)

    async def erase_contact(
        self, actor_id: UUID, door: Annotated[Door, command("registry.contact.write")]
    ) -> dict[str, Any]:
        """Forget how to reach an actor, for good."""
        door.principal.must_own(actor_id)
        order = EraseContact(actor_id=ActorId(actor_id))
        return await carry_out(self._runner, erase_contact, order, actor_id, door=door)

    async def list_consents(
        self, actor_id: UUID, who: Annotated[Principal, query("registry.consent.read")]
    ) -> Consents:
        """List what an actor gave and withdrew."""
        who.must_own(actor_id)
        said = await self._runner.read(lambda store: read_consents(store, ActorId(actor_id)))
        return Consents(
            items=[
                ConsentView(
                    purpose=consent.purpose,
                    fields=consent.fields,
                    is_given=consent.is_given,
                    since=consent.since,
                )
                for consent in said
            ]
        )

    async def give_consent(
        self,
        actor_id: UUID,
        purpose: Word,
        body: ConsentBody,
        door: Annotated[Door, command("registry.consent.write")],
    ) -> dict[str, Any]:
        """Allow a use of an actor's data. The same again changes nothing."""
        door.principal.must_own(actor_id)
        order = GiveConsent(actor_id=ActorId(actor_id), purpose=purpose, fields=body.fields)
        return await carry_out(self._runner, give_consent, order, actor_id, door=door)

    async def withdraw_consent(
        self,
        actor_id: UUID,
        purpose: Word,
        door: Annotated[Door, command("registry.consent.write")],
    ) -> dict[str, Any]:
        """No longer allow a use of an actor's data. Again changes nothing."""
        door.principal.must_own(actor_id)
        order = WithdrawConsent(actor_id=ActorId(actor_id), purpose=purpose)
        return await carry_out(self._runner, withdraw_consent, order, actor_id, door=door)
