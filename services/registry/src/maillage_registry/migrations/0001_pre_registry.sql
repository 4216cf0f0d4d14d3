-- Who and what exists in the territory.
-- migrate:up

CREATE TABLE actor (
    actor_id uuid PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    status text NOT NULL,
    source text NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    siret text,
    country text NOT NULL,
    legal_kind text,
    sector text,
    size_class text,
    is_insertion boolean NOT NULL,
    roles text[] NOT NULL,
    closing jsonb,
    closed_at timestamptz
);
-- A closed actor frees its SIRET: an establishment closed by mistake can be registered anew.
CREATE UNIQUE INDEX actor_siret_key ON actor (siret) WHERE status <> 'closed';

CREATE TABLE site (
    site_id uuid PRIMARY KEY,
    actor_id uuid NOT NULL REFERENCES actor,
    place smallint NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    activity_zone text,
    opening_hours text,
    van_access boolean NOT NULL,
    cold_storage boolean NOT NULL,
    crates_max integer,
    priority_district text
);
CREATE INDEX site_actor_id_idx ON site (actor_id);

CREATE TABLE credential (
    credential_id uuid PRIMARY KEY,
    actor_id uuid NOT NULL REFERENCES actor,
    scope text NOT NULL,
    issuer text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    status text NOT NULL
);
CREATE INDEX credential_actor_id_idx ON credential (actor_id);
CREATE INDEX credential_running_idx ON credential (valid_to) WHERE status = 'granted';

-- Personal data: read by nothing but the registry's own door, erased on demand.
CREATE TABLE contact (
    actor_id uuid PRIMARY KEY REFERENCES actor,
    version integer NOT NULL DEFAULT 1,
    phone text,
    email text
);

CREATE TABLE consent (
    actor_id uuid NOT NULL REFERENCES actor,
    purpose text NOT NULL,
    fields text[] NOT NULL,
    is_given boolean NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (actor_id, purpose)
);

-- Hubs, vehicles and zones are read and written whole: columns are what they are looked for by.
CREATE TABLE hub (
    hub_id uuid PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    operator_id uuid NOT NULL REFERENCES actor,
    tenants uuid[] NOT NULL,
    document jsonb NOT NULL
);

CREATE TABLE vehicle (
    vehicle_id uuid PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    owner_id uuid NOT NULL REFERENCES actor,
    vehicle_class text NOT NULL,
    in_service boolean NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX vehicle_owner_id_idx ON vehicle (owner_id);

CREATE TABLE access_zone (
    zone_id uuid PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    kind text NOT NULL,
    document jsonb NOT NULL
);

-- migrate:down
DROP TABLE access_zone, vehicle, hub, consent, contact, credential, site, actor;
