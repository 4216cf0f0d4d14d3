"""Actors, their sites, credentials, contacts and consents in PostgreSQL."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime

import asyncpg
from pydantic import TypeAdapter

from maillage_common.postgres import Connection
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Actor, Closing, Profile, Status
from maillage_registry.domain.consent import Consent
from maillage_registry.domain.contact import Contact
from maillage_registry.domain.credential import Credential
from maillage_registry.domain.site import Site
from maillage_registry.domain.words import SOLE_TRADER, folded
from maillage_registry.usecases.store import (
    ActorsWanted,
    IdentifierTaken,
    Kept,
    RegisteredMeanwhile,
    SiretTaken,
)

SITES: TypeAdapter[tuple[Site, ...]] = TypeAdapter(tuple[Site, ...])
CREDENTIALS: TypeAdapter[tuple[Credential, ...]] = TypeAdapter(tuple[Credential, ...])

SELECT_ACTORS = """
    SELECT a.actor_id, a.version, a.status, a.source, a.name, a.siret, a.country, a.legal_kind,
           a.sector, a.size_class, a.is_insertion, a.roles, a.closing, a.closed_at,
           (SELECT coalesce(json_agg(json_build_object(
                'site_id', s.site_id, 'kind', s.kind, 'label', s.label,
                'position', json_build_object('lat', s.lat, 'lon', s.lon),
                'activity_zone', s.activity_zone, 'opening_hours', s.opening_hours,
                'van_access', s.van_access, 'cold_storage', s.cold_storage,
                'crates_max', s.crates_max, 'priority_district', s.priority_district
            ) ORDER BY s.place), '[]') FROM site s WHERE s.actor_id = a.actor_id) AS sites,
           (SELECT coalesce(json_agg(json_build_object(
                'credential_id', c.credential_id, 'scope', c.scope, 'issuer', c.issuer,
                'valid_from', c.valid_from, 'valid_to', c.valid_to, 'status', c.status
            ) ORDER BY c.credential_id), '[]') FROM credential c WHERE c.actor_id = a.actor_id)
            AS credentials
    FROM actor a
"""

REFUSALS: Mapping[str, Callable[[], Refused]] = {
    "actor_pkey": RegisteredMeanwhile,
    "actor_siret_key": SiretTaken,
    "site_pkey": lambda: IdentifierTaken("site"),
    "credential_pkey": lambda: IdentifierTaken("credential"),
}


class ActorRows:
    """The part of the store that is about actors."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    async def actor(self, actor_id: ActorId) -> Kept[Actor] | None:
        row = await self._db.fetchrow(SELECT_ACTORS + " WHERE a.actor_id = $1", actor_id)
        return None if row is None else _actor(row)

    async def actor_to_change(self, actor_id: ActorId) -> Kept[Actor] | None:
        # In a statement of its own: one that waits for the lock and then goes on reads the new
        # row of the actor, but the sites and credentials as they were before it waited.
        await self._db.execute("SELECT FROM actor WHERE actor_id = $1 FOR UPDATE", actor_id)
        return await self.actor(actor_id)

    async def add_actor(self, actor: Actor) -> None:
        async with _refusing():
            await self._db.execute(
                """
                INSERT INTO actor (actor_id, status, source, name, name_folded, siret, country,
                                   legal_kind, sector, size_class, is_insertion, roles, closing,
                                   closed_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                """,
                *_columns(actor),
            )
            await self._put_parts(actor)

    async def save_actor(self, actor: Actor) -> None:
        async with _refusing():
            await self._db.execute(
                """
                UPDATE actor
                SET version = version + 1, status = $2, source = $3, name = $4, name_folded = $5,
                    siret = $6, country = $7, legal_kind = $8, sector = $9, size_class = $10,
                    is_insertion = $11, roles = $12, closing = $13, closed_at = $14
                WHERE actor_id = $1
                """,
                *_columns(actor),
            )
            await self._put_parts(actor)

    async def _put_parts(self, actor: Actor) -> None:
        await self._db.execute("DELETE FROM site WHERE actor_id = $1", actor.actor_id)
        await self._db.execute(
            """
            INSERT INTO site (site_id, actor_id, place, kind, label, lat, lon, activity_zone,
                              opening_hours, van_access, cold_storage, crates_max,
                              priority_district)
            SELECT s.site_id, $1, s.place, s.kind, s.label,
                   (s.position ->> 'lat')::float8, (s.position ->> 'lon')::float8,
                   s.activity_zone, s.opening_hours, s.van_access, s.cold_storage, s.crates_max,
                   s.priority_district
            FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (
                site_id uuid, kind text, label text, position jsonb, activity_zone text,
                opening_hours text, van_access boolean, cold_storage boolean, crates_max integer,
                priority_district text)) WITH ORDINALITY
            AS s (site_id, kind, label, position, activity_zone, opening_hours, van_access,
                  cold_storage, crates_max, priority_district, place)
            """,
            *(actor.actor_id, SITES.dump_json(actor.profile.sites).decode()),
        )
        await self._db.execute("DELETE FROM credential WHERE actor_id = $1", actor.actor_id)
        await self._db.execute(
            """
            INSERT INTO credential (credential_id, actor_id, scope, issuer, valid_from, valid_to,
                                    status)
            SELECT c.credential_id, $1, c.scope, c.issuer, c.valid_from, c.valid_to, c.status
            FROM jsonb_to_recordset($2::jsonb) AS c (
                credential_id uuid, scope text, issuer text, valid_from date, valid_to date,
                status text)
            """,
            *(actor.actor_id, CREDENTIALS.dump_json(actor.credentials).decode()),
        )

    async def actors(self, wanted: ActorsWanted) -> Sequence[Kept[Actor]]:
        rows = await self._db.fetch(
            SELECT_ACTORS  # noqa: S608 both halves are constants
            + """
            WHERE ($1::uuid IS NULL OR a.actor_id > $1)
              AND ($2::text IS NULL OR $2 = ANY (a.roles))
              AND ($3::text IS NULL OR a.status = $3)
              AND ($4::text IS NULL OR EXISTS (
                    SELECT FROM site s WHERE s.actor_id = a.actor_id AND s.activity_zone = $4))
              AND ($5::uuid IS NULL OR EXISTS (
                    SELECT FROM hub h
                    WHERE h.hub_id = $5
                      AND (a.actor_id = h.operator_id OR a.actor_id = ANY (h.tenants))))
              AND ($6::text IS NULL
                   OR position($6 IN a.name_folded) > 0 OR position($7 IN a.siret) > 0)
              AND ($6::text IS NULL OR $8 OR a.legal_kind IS DISTINCT FROM $9)
            ORDER BY a.actor_id
            LIMIT $10
            """,
            *(wanted.after, wanted.role, wanted.status, wanted.zone, wanted.hub_id),
            None if wanted.text is None else folded(wanted.text),
            None if wanted.text is None else wanted.text.replace(" ", ""),
            *(wanted.knows_persons, SOLE_TRADER, wanted.limit),
        )
        return [_actor(row) for row in rows]

    async def actors_with_lapsed_credentials(self, today: date, limit: int) -> Sequence[Actor]:
        # Locked first, read next: see actor_to_change.
        ids = await self._db.fetch(
            """
            SELECT a.actor_id
            FROM actor a
            WHERE a.status <> 'closed' AND EXISTS (
                SELECT FROM credential c
                WHERE c.actor_id = a.actor_id AND c.status = 'granted' AND c.valid_to < $1)
            ORDER BY a.actor_id
            LIMIT $2
            FOR UPDATE OF a
            """,
            *(today, limit),
        )
        rows = await self._db.fetch(
            SELECT_ACTORS + " WHERE a.actor_id = ANY ($1) ORDER BY a.actor_id",
            [row["actor_id"] for row in ids],
        )
        return [_actor(row).value for row in rows]

    async def statuses(self, actor_ids: Sequence[ActorId]) -> Mapping[ActorId, Status]:
        rows = await self._db.fetch(
            """
            SELECT actor_id, status FROM actor WHERE actor_id = ANY ($1)
            ORDER BY actor_id FOR SHARE
            """,
            actor_ids,
        )
        return {row["actor_id"]: Status(row["status"]) for row in rows}

    async def contact(self, actor_id: ActorId) -> Kept[Contact] | None:
        row = await self._db.fetchrow(
            "SELECT phone, email, version FROM contact WHERE actor_id = $1", actor_id
        )
        if row is None:
            return None
        return Kept(Contact(phone=row["phone"], email=row["email"]), row["version"])

    async def keep_contact(self, actor_id: ActorId, contact: Contact) -> None:
        await self._db.execute(
            """
            INSERT INTO contact AS kept (actor_id, phone, email) VALUES ($1, $2, $3)
            ON CONFLICT (actor_id) DO UPDATE
            SET phone = excluded.phone, email = excluded.email, version = kept.version + 1
            """,
            *(actor_id, contact.phone, contact.email),
        )

    async def erase_contact(self, actor_id: ActorId) -> None:
        await self._db.execute("DELETE FROM contact WHERE actor_id = $1", actor_id)

    async def erase_contacts_closed_before(self, moment: datetime) -> int:
        erased = await self._db.fetch(
            """
            DELETE FROM contact c USING actor a
            WHERE a.actor_id = c.actor_id AND a.closed_at < $1
            RETURNING c.actor_id
            """,
            moment,
        )
        return len(erased)

    async def consents(self, actor_id: ActorId) -> Sequence[Consent]:
        rows = await self._db.fetch(
            """
            SELECT actor_id, purpose, fields, is_given, since FROM consent
            WHERE actor_id = $1 ORDER BY purpose COLLATE "C"
            """,
            actor_id,
        )
        return [
            Consent(
                actor_id=row["actor_id"],
                purpose=row["purpose"],
                fields=tuple(row["fields"]),
                is_given=row["is_given"],
                since=row["since"],
            )
            for row in rows
        ]

    async def save_consent(self, consent: Consent) -> None:
        await self._db.execute(
            """
            INSERT INTO consent (actor_id, purpose, fields, is_given, since)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (actor_id, purpose) DO UPDATE
            SET fields = excluded.fields, is_given = excluded.is_given, since = excluded.since
            """,
            *(consent.actor_id, consent.purpose, consent.fields, consent.is_given, consent.since),
        )


@asynccontextmanager
async def _refusing() -> AsyncGenerator[None]:
    """Say in words of the trade which identifier or SIRET is taken."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        refusal = REFUSALS.get(error.constraint_name or "")
        if refusal is None:
            raise
        raise refusal() from error


def _columns(actor: Actor) -> tuple[object, ...]:
    profile = actor.profile
    return (
        *(actor.actor_id, actor.status, actor.source, profile.name, folded(profile.name)),
        *(profile.siret, profile.country, profile.legal_kind, profile.sector),
        *(profile.size_class, profile.is_insertion, profile.roles),
        None if actor.closing is None else actor.closing.model_dump_json(),
        actor.closed_at,
    )


def _actor(row: asyncpg.Record) -> Kept[Actor]:
    names = (
        "name",
        "siret",
        "country",
        "legal_kind",
        "sector",
        "size_class",
        "is_insertion",
        "roles",
    )
    closing = row["closing"]
    actor = Actor(
        actor_id=row["actor_id"],
        source=row["source"],
        profile=Profile(
            **{name: row[name] for name in names}, sites=SITES.validate_json(row["sites"])
        ),
        status=Status(row["status"]),
        credentials=CREDENTIALS.validate_json(row["credentials"]),
        closing=None if closing is None else Closing.model_validate_json(closing),
        closed_at=row["closed_at"],
    )
    return Kept(actor, row["version"])
