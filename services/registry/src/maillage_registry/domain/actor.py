"""Who takes part: what an actor says of itself, and the life it may lead in the register."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from maillage_contracts.refusals import Invalid, NotFound, Refused
from maillage_contracts.vocabulary import (
    ActorId,
    Country,
    CredentialId,
    Day,
    Sector,
    Siret,
    SiteId,
    Value,
    Word,
)
from maillage_registry.domain.credential import Credential, CredentialStatus
from maillage_registry.domain.site import Site
from maillage_registry.domain.words import (
    SOLE_TRADER,
    LegalKind,
    Line,
    Role,
    SizeClass,
    each_once,
)

SITES_MAX = 50
CREDENTIALS_MAX = 50
"""Credentials that run at the same time."""


class Status(StrEnum):
    """Where an actor is in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    DORMANT = "dormant"
    CLOSED = "closed"


NEXT: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.ACTIVE, Status.CLOSED}),
    Status.ACTIVE: frozenset({Status.DORMANT, Status.CLOSED}),
    Status.DORMANT: frozenset({Status.ACTIVE, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}


class ProfileFacts(Value):
    """What is said of an actor, its sites aside. No person's name, unless it is a sole trader."""

    # An error is logged with its traceback, and a sole trader's name has no business there.
    model_config = ConfigDict(hide_input_in_errors=True)

    name: Line = Field(description="Trade name.", examples=["Villaverde"])
    siret: Siret | None = None
    country: Country = "FR"
    legal_kind: LegalKind | None = None
    sector: Sector | None = None
    size_class: SizeClass | None = None
    is_insertion: bool = Field(default=False, description="A structure of work insertion (SIAE).")
    roles: Annotated[tuple[Role, ...], AfterValidator(each_once)] = Field(
        default=(), max_length=20, examples=[["producer"]]
    )


class Profile(ProfileFacts):
    """What is said of an actor, sites included: the first is where to go when nothing is said."""

    sites: tuple[Site, ...] = Field(default=(), max_length=SITES_MAX)


class Closing(Value):
    """Why an actor is closed, and who goes on in its place."""

    reason: Word = Field(examples=["ceased_activity"])
    effective_on: Day = Field(description="When it ceased in law; the hub stops at once.")
    successor_siret: Siret | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """An establishment or an informal group that takes part in the hub."""

    actor_id: ActorId
    source: str
    profile: Profile
    status: Status
    credentials: tuple[Credential, ...] = ()
    closing: Closing | None = None
    closed_at: datetime | None = None

    def put_profile(self, profile: Profile) -> "Actor":
        """The actor with another profile. Raises Invalid, or Refused when it is closed."""
        if profile == self.profile:
            return self
        self._must_not_be_closed()
        check_profile(self.actor_id, profile, self.status)
        return replace(self, profile=profile)

    def put_site(self, site: Site) -> "Actor":
        """The actor with this site, in the place of the one that has its identifier if any."""
        sites = self.profile.sites
        if any(other.site_id == site.site_id for other in sites):
            sites = tuple(site if other.site_id == site.site_id else other for other in sites)
        else:
            sites = (*sites, site)
        return self.put_profile(self.profile.model_copy(update={"sites": sites}))

    def remove_site(self, site_id: SiteId) -> "Actor":
        """The actor without this site; raises NotFound."""
        sites = tuple(site for site in self.profile.sites if site.site_id != site_id)
        if sites == self.profile.sites:
            raise NotFound(f"this actor has no site {site_id}")
        return self.put_profile(self.profile.model_copy(update={"sites": sites}))

    def grant(self, credential: Credential, today: date) -> "Actor":
        """The actor with this credential, kept as expired when its last day is past.

        A credential that it holds or held, told in the same words, changes nothing.
        """
        held = self._held(credential.credential_id)
        if held is not None:
            if held.says_the_same(credential):
                return self
            raise Refused(
                f"credential {credential.credential_id} was granted in other terms: "
                "revoke it, and grant one with another identifier"
            )
        self._must_not_be_closed()
        if credential.has_lapsed(today):
            credential = credential.move(CredentialStatus.EXPIRED)
        elif len(self.running_credentials) >= CREDENTIALS_MAX:
            raise Refused(f"an actor holds {CREDENTIALS_MAX} credentials at most: revoke one first")
        return self._with_credentials((*self.credentials, credential))

    def revoke(self, credential_id: CredentialId) -> "Actor":
        """The actor whose credential is revoked; nothing changes when it was already."""
        held = self._held(credential_id)
        if held is None:
            raise NotFound(f"this actor has no credential {credential_id}")
        if held.status is CredentialStatus.REVOKED:
            return self
        self._must_not_be_closed()
        return self._replacing(held, held.move(CredentialStatus.REVOKED))

    def lapse(self, today: date) -> "Actor":
        """The actor whose credentials past their last day are expired."""
        actor = self
        for credential in self.running_credentials:
            if credential.has_lapsed(today):
                actor = actor._replacing(credential, credential.move(CredentialStatus.EXPIRED))
        return actor

    def move(self, to: Status) -> "Actor":
        """The actor one step on in its life; raises Refused, or Invalid when it lacks a role."""
        if to not in NEXT[self.status]:
            raise Refused(_no_way(self.status, to))
        check_profile(self.actor_id, self.profile, to)
        return replace(self, status=to)

    def close(self, closing: Closing, now: datetime) -> "Actor":
        """The actor closed for good. Closing it again in the same words changes nothing."""
        if self.closing == closing:
            return self
        if self.closing is not None:
            raise Refused(f"this actor is closed already, with reason {self.closing.reason}")
        if closing.successor_siret is not None and closing.successor_siret == self.profile.siret:
            raise Invalid("successor_siret", "a successor has another SIRET: leave it out if none")
        return replace(self.move(Status.CLOSED), closing=closing, closed_at=now)

    @property
    def running_credentials(self) -> tuple[Credential, ...]:
        """Those that are neither revoked nor expired."""
        granted = CredentialStatus.GRANTED
        return tuple(held for held in self.credentials if held.status is granted)

    @property
    def is_sole_trader(self) -> bool:
        """Whether its name and its SIRET are those of a person."""
        return self.profile.legal_kind == SOLE_TRADER

    def masked(self) -> "Actor":
        """The actor as all may know it: of a sole trader, nothing that tells the person.

        Labels of sites go too: they are often the name on the door.
        """
        if not self.is_sole_trader:
            return self
        sites = tuple(
            site.model_copy(update={"label": _mask(site.kind, site.site_id)})
            for site in self.profile.sites
        )
        hidden = {"name": _mask(SOLE_TRADER, self.actor_id), "siret": None, "sites": sites}
        closing = self.closing and self.closing.model_copy(update={"successor_siret": None})
        return replace(self, profile=self.profile.model_copy(update=hidden), closing=closing)

    def _held(self, credential_id: CredentialId) -> Credential | None:
        return next((c for c in self.credentials if c.credential_id == credential_id), None)

    def _replacing(self, old: Credential, new: Credential) -> "Actor":
        return self._with_credentials(
            tuple(new if held is old else held for held in self.credentials)
        )

    def _with_credentials(self, credentials: tuple[Credential, ...]) -> "Actor":
        return replace(self, credentials=tuple(sorted(credentials, key=_order)))

    def _must_not_be_closed(self) -> None:
        if self.status is Status.CLOSED:
            raise Refused("this actor is closed: nothing of it changes any more")


def register(
    actor_id: ActorId,
    source: str,
    profile: Profile,
    status: Status,
    *,
    held: tuple[Credential, ...],
    today: date,
) -> Actor:
    """A new actor, draft or active; raises Invalid."""
    if status not in {Status.DRAFT, Status.ACTIVE}:
        raise Invalid("status", "an actor begins as draft or active")
    check_profile(actor_id, profile, status)
    actor = Actor(actor_id=actor_id, source=source, profile=profile, status=status)
    for credential in held:
        actor = actor.grant(credential, today)
    return actor


def check_profile(actor_id: ActorId, profile: Profile, status: Status) -> None:
    """Raise Invalid, naming the field, unless an actor in this status may say this of itself."""
    if profile.siret is not None and profile.country != "FR":
        raise Invalid("siret", f"only France gives a SIRET, and the country is {profile.country}")
    if profile.name == _mask(SOLE_TRADER, actor_id):
        raise Invalid("name", "this is the masked name: send the true one, as an advisor reads it")
    if status is Status.ACTIVE and not profile.roles:
        raise Invalid("roles", "an active actor has one role at least")
    if len(profile.sites) > SITES_MAX:
        raise Invalid("sites", f"an actor has {SITES_MAX} sites at most")
    if len({site.site_id for site in profile.sites}) < len(profile.sites):
        raise Invalid("sites", "two sites have the same site_id: give each its own")


def _mask(kind: str, identifier: ActorId | SiteId) -> str:
    return f"{kind} {str(identifier)[-6:]}"


def _order(credential: Credential) -> str:
    return str(credential.credential_id)


def _no_way(status: Status, to: Status) -> str:
    ways = " or ".join(sorted(NEXT[status]))
    return f"an actor that is {status} cannot become {to}: " + (
        f"it can become {ways}" if ways else "register it anew under another identifier"
    )
