"""The little that flows keeps of an actor: whether it still is, where, and what it consents to."""

from dataclasses import dataclass
from uuid import UUID

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.vocabulary import GeoPoint
from maillage_flows.domain.declaration import Declaration


@dataclass(frozen=True)
class Site:
    """Where an actor is."""

    site_id: UUID
    position: GeoPoint
    activity_zone: str | None = None


@dataclass(frozen=True)
class Actor:
    """An actor as its last event told it."""

    actor_id: UUID
    is_closed: bool = False
    sites: tuple[Site, ...] = ()
    consents: bool = True
    """Whether its flows may be matched: so until it withdraws the consent `matching`."""

    def must_be_active(self) -> None:
        """Raises Refused when the establishment has closed."""
        if self.is_closed:
            raise Refused("this actor has closed: nothing of it can be declared or changed")

    def must_consent(self) -> None:
        """Raises Refused when its flows may not be matched."""
        if not self.consents:
            raise Refused("this actor withdrew its consent to matching: ask for it first")


def located(declaration: Declaration, actor: Actor) -> Declaration:
    """The declaration at a site of its actor, the first unless it names one.

    Position and zone are the site's where they are not told. Raises Invalid for a site of another.
    """
    site = _site(declaration, actor)
    if site is None:
        return declaration
    return declaration.model_copy(
        update={
            "site_id": site.site_id,
            "position": declaration.position or site.position,
            "activity_zone": declaration.activity_zone or site.activity_zone,
        }
    )


def _site(declaration: Declaration, actor: Actor) -> Site | None:
    if declaration.site_id is None:
        return next(iter(actor.sites), None)
    for site in actor.sites:
        if site.site_id == declaration.site_id:
            return site
    theirs = ", ".join(str(site.site_id) for site in actor.sites) or "none"
    raise Invalid("site_id", f"is no site of this actor; its sites are: {theirs}")
