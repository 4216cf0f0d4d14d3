"""How the registry tells the bus about an actor: masked, whole, and naming what differs."""

from collections.abc import Iterable

from maillage_contracts import registry as contract
from maillage_registry.domain.actor import Actor


def document(actor: Actor) -> contract.Actor:
    """The actor as others may know it, with the credentials that run."""
    known = actor.masked()
    profile = known.profile
    return contract.Actor(
        actor_id=known.actor_id,
        name=profile.name,
        siret=profile.siret,
        country=profile.country,
        legal_kind=profile.legal_kind,
        sector=profile.sector,
        size_class=profile.size_class,
        is_insertion=profile.is_insertion,
        status=known.status,
        roles=profile.roles,
        sites=tuple(
            contract.Site.model_validate(site, from_attributes=True) for site in profile.sites
        ),
        credentials=tuple(
            contract.Credential.model_validate(credential, from_attributes=True)
            for credential in known.running_credentials
        ),
    )


def profile_changed(before: Actor, after: Actor) -> Iterable[contract.ActorProfileChanged]:
    """The event of a change, if others can see any."""
    old, new = document(before), document(after)
    changed = tuple(
        name for name in contract.Actor.model_fields if getattr(old, name) != getattr(new, name)
    )
    return [contract.ActorProfileChanged(actor=new, changed=changed)] if changed else ()
