"""Doors to actors, their sites and their credentials."""

from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import Query, Response
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.vocabulary import ActorId, CredentialId, HubId, SiteId, Word
from maillage_registry.domain.actor import Actor, Closing, Profile, ProfileFacts, Status
from maillage_registry.domain.credential import Credential, CredentialFacts
from maillage_registry.domain.site import Site, SiteFacts
from maillage_registry.domain.words import Line, Role
from maillage_registry.entrypoints.created import created_if_new
from maillage_registry.entrypoints.pages import Listed, after, listed
from maillage_registry.usecases.change_profile import ChangeProfile, change_profile
from maillage_registry.usecases.close_actor import CloseActor, close_actor
from maillage_registry.usecases.grant_credential import GrantCredential, grant_credential
from maillage_registry.usecases.move_actor import Awake, MoveActor, move_actor
from maillage_registry.usecases.put_site import PutSite, put_site
from maillage_registry.usecases.read_actors import list_actors, read_actor
from maillage_registry.usecases.register_actor import RegisterActor, register_actor
from maillage_registry.usecases.remove_site import RemoveSite, remove_site
from maillage_registry.usecases.revoke_credential import RevokeCredential, revoke_credential
from maillage_registry.usecases.store import ActorsWanted, Kept, Store
from maillage_serving.auth import Principal
from maillage_serving.http import Door, Paged, carry_out, command, etag, query


class SiteBody(SiteFacts):
    """A site. Without an identifier, it gets the one that its actor and its label make."""

    site_id: SiteId | None = None

    def named(self, actor_id: ActorId) -> Site:
        """The site with its identifier."""
        site_id = self.site_id or SiteId(uuid5(actor_id, f"site/{self.label}"))
        return Site(**_without(self, "site_id"), site_id=site_id)


class CredentialBody(CredentialFacts):
    """A credential. Without an identifier, it gets one made of what it says and whose it is."""

    credential_id: CredentialId | None = None

    def named(self, actor_id: ActorId) -> Credential:
        """The credential with its identifier."""
        said = f"credential/{self.scope}/{self.issuer}/{self.valid_from}"
        credential_id = self.credential_id or CredentialId(uuid5(actor_id, said))
        return Credential(**_without(self, "credential_id"), credential_id=credential_id)


class ProfileBody(ProfileFacts):
    """All that an actor says of itself. Credentials that are not named here stay as they are."""

    sites: tuple[SiteBody, ...] = Field(default=(), max_length=50)
    credentials: tuple[CredentialBody, ...] = Field(default=(), max_length=50)

    def profile(self, actor_id: ActorId) -> Profile:
        """The profile, each site with its identifier."""
        facts = {name: getattr(self, name) for name in ProfileFacts.model_fields}
        return Profile(**facts, sites=tuple(site.named(actor_id) for site in self.sites))

    def held(self, actor_id: ActorId) -> tuple[Credential, ...]:
        """The credentials, each with its identifier."""
        return tuple(credential.named(actor_id) for credential in self.credentials)


class RegisterBody(ProfileBody):
    """A new actor. With an identifier of the caller's, registering it again changes nothing."""

    actor_id: ActorId | None = None
    source: Word = Field(default="manual", description="Where it is known from.")
    status: Status = Field(default=Status.ACTIVE, description="draft or active.")


class ActorView(Profile):
    """An actor as the reader may know it."""

    actor_id: ActorId
    version: int = Field(description="Send it back in If-Match to change what you read.")
    status: Status
    source: Word
    credentials: tuple[Credential, ...]
    closing: Closing | None
    is_masked: bool = Field(description="A sole trader, whose name and SIRET you may not read.")


def _without(facts: SiteFacts | CredentialFacts, name: str) -> dict[str, Any]:
    return {field: value for field, value in facts if field != name}


def view(kept: Kept[Actor], *, knows_persons: bool) -> ActorView:
    """What is answered about an actor that was masked, or not, for this reader."""
    actor = kept.value
    return ActorView(
        **dict(actor.profile),
        actor_id=actor.actor_id,
        version=kept.version,
        status=actor.status,
        source=actor.source,
        credentials=actor.credentials,
        closing=actor.closing,
        is_masked=actor.is_sole_trader and not knows_persons,
    )


def knows_persons(who: Principal) -> bool:
    """Advisors accompany sole traders as well: they read their names."""
    return "advisor" in who.roles


class ActorDoors:
    """What can be asked about actors."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def register(
        self,
        body: RegisterBody,
        door: Annotated[Door, command("registry.actor.register")],
        response: Response,
    ) -> dict[str, Any]:
        """Register an actor: 201, or 200 when the same one is there. A different one is a 409."""
        actor_id = body.actor_id or ActorId(uuid7())
        order = RegisterActor(
            actor_id=actor_id,
            source=body.source,
            profile=body.profile(actor_id),
            status=body.status,
            credentials=body.held(actor_id),
        )
        told = await carry_out(self._runner, register_actor, order, actor_id, door=door)
        created_if_new(response, told, "actors")
        return told

    async def list(
        self,
        *,
        who: Annotated[Principal, query("registry.actor.read")],
        page: Paged,
        role: Role | None = None,
        zone: Word | None = None,
        status: Status | None = None,
        q: Annotated[Line | None, Query(description="Part of a name or of a SIRET.")] = None,
        hub: Annotated[UUID | None, Query(description="Its operator and its tenants.")] = None,
    ) -> Listed[ActorView]:
        """List actors. Names and SIRETs of sole traders are for advisors."""
        persons, seen = knows_persons(who), after(page)
        wanted = ActorsWanted(
            role=role,
            zone=zone,
            status=status,
            text=q,
            hub_id=hub and HubId(hub),
            knows_persons=persons,
            after=seen and ActorId(seen),
            limit=page.limit + 1,
        )
        rows = await self._runner.read(lambda store: list_actors(store, wanted))
        return listed(
            page,
            rows,
            lambda kept: kept.value.actor_id,
            lambda kept: view(kept, knows_persons=persons),
        )

    async def read(
        self,
        actor_id: UUID,
        who: Annotated[Principal, query("registry.actor.read")],
        response: Response,
    ) -> ActorView:
        """Read an actor. Of a sole trader, only advisors and itself read name and SIRET."""
        persons = knows_persons(who) or who.organisation == actor_id
        kept = await self._runner.read(
            lambda store: read_actor(store, ActorId(actor_id), knows_persons=persons)
        )
        response.headers["ETag"] = etag(kept.version)
        return view(kept, knows_persons=persons)

    async def change(
        self,
        actor_id: UUID,
        body: ProfileBody,
        door: Annotated[Door, command("registry.actor.change")],
    ) -> dict[str, Any]:
        """Replace what an actor says of itself. The same again changes nothing."""
        of = ActorId(actor_id)
        order = ChangeProfile(
            actor_id=of,
            profile=body.profile(of),
            credentials=body.held(of),
            expected_version=door.expected_version,
        )
        return await carry_out(self._runner, change_profile, order, actor_id, door=door)

    async def activate(
        self, actor_id: UUID, door: Annotated[Door, command("registry.actor.move")]
    ) -> dict[str, Any]:
        """Make a draft or dormant actor active."""
        return await self._move(actor_id, door, to=Status.ACTIVE)

    async def make_dormant(
        self, actor_id: UUID, door: Annotated[Door, command("registry.actor.move")]
    ) -> dict[str, Any]:
        """Make an active actor dormant, for a while."""
        return await self._move(actor_id, door, to=Status.DORMANT)

    async def close(
        self,
        actor_id: UUID,
        body: Closing,
        door: Annotated[Door, command("registry.actor.close")],
    ) -> dict[str, Any]:
        """Close an actor for good. Its vehicles leave service, its places in hubs are freed."""
        order = CloseActor(
            actor_id=ActorId(actor_id), closing=body, expected_version=door.expected_version
        )
        return await carry_out(self._runner, close_actor, order, actor_id, door=door)

    async def put_site(
        self,
        actor_id: UUID,
        site_id: UUID,
        body: SiteFacts,
        door: Annotated[Door, command("registry.site.write")],
    ) -> dict[str, Any]:
        """Add a site, or replace it. The same again changes nothing."""
        door.principal.must_own(actor_id)
        order = PutSite(
            actor_id=ActorId(actor_id),
            site=Site(**dict(body), site_id=SiteId(site_id)),
            expected_version=door.expected_version,
        )
        return await carry_out(self._runner, put_site, order, actor_id, door=door)

    async def remove_site(
        self,
        actor_id: UUID,
        site_id: UUID,
        door: Annotated[Door, command("registry.site.write")],
    ) -> dict[str, Any]:
        """Remove a site."""
        door.principal.must_own(actor_id)
        order = RemoveSite(
            actor_id=ActorId(actor_id),
            site_id=SiteId(site_id),
            expected_version=door.expected_version,
        )
        return await carry_out(self._runner, remove_site, order, actor_id, door=door)

    async def grant(
        self,
        actor_id: UUID,
        body: CredentialBody,
        door: Annotated[Door, command("registry.credential.write")],
    ) -> dict[str, Any]:
        """Grant a credential. The same again changes nothing."""
        order = GrantCredential(
            actor_id=ActorId(actor_id),
            credential=body.named(ActorId(actor_id)),
            expected_version=door.expected_version,
        )
        return await carry_out(self._runner, grant_credential, order, actor_id, door=door)

    async def revoke(
        self,
        actor_id: UUID,
        credential_id: UUID,
        door: Annotated[Door, command("registry.credential.write")],
    ) -> dict[str, Any]:
        """Revoke a credential. Revoking it again changes nothing."""
        order = RevokeCredential(
            actor_id=ActorId(actor_id),
            credential_id=CredentialId(credential_id),
            expected_version=door.expected_version,
        )
        return await carry_out(self._runner, revoke_credential, order, actor_id, door=door)

    async def _move(self, actor_id: UUID, door: Door, *, to: Awake) -> dict[str, Any]:
        order = MoveActor(actor_id=ActorId(actor_id), to=to, expected_version=door.expected_version)
        return await carry_out(self._runner, move_actor, order, actor_id, door=door)
