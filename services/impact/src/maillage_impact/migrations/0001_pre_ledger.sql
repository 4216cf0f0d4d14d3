-- migrate:up
create table actor (
    actor_id uuid primary key,
    sequence bigint not null,
    name text not null
);

create table synergy (
    synergy_id uuid primary key,
    title text not null,
    starts_on date not null,
    parties jsonb not null,
    spec text,
    route_after text,
    saving_eur numeric,
    ended_on date,
    cause uuid
);

create table reference_round (
    round_id uuid primary key,
    sequence bigint not null,
    weekdays smallint[] not null,
    vehicle_class text not null,
    energy text not null,
    distance_km numeric not null
);

create table delivery (
    order_id uuid primary key,
    synergy_id uuid not null,
    tour_id uuid not null,
    accepted_kg numeric not null,
    delivered_on date not null,
    cause uuid not null
);
create index delivery_of_synergy on delivery (synergy_id, delivered_on);

create table tour (
    tour_id uuid primary key,
    plan_id uuid not null,
    driven_on date not null,
    driven jsonb,
    cause uuid
);
create index tour_of_plan on tour (plan_id);
create index tour_of_day on tour (driven_on);

create table baseline (
    baseline_id uuid primary key,
    scope text not null,
    synergy_id uuid,
    kind text not null,
    description text not null,
    evidence text not null,
    valid_from date not null,
    valid_to date not null,
    route_before text,
    replaces_spec text,
    replaced_per_unit numeric not null,
    below_threshold boolean not null,
    round_ids uuid[] not null,
    status text not null,
    approved_on date,
    version integer not null
);
create index baseline_of_scope on baseline (scope, synergy_id);

create table entry (
    number bigint generated always as identity primary key,
    entry_id uuid not null unique,
    subject_kind text not null,
    subject_id uuid not null,
    indicator text not null,
    account text not null,
    value numeric not null,
    low numeric,
    high numeric,
    period_start date not null,
    period_end date not null,
    quality text not null,
    state text not null,
    method text not null,
    causes uuid[] not null,
    factors jsonb not null,
    baseline_id uuid,
    corrects uuid unique references entry (entry_id),
    delta numeric,
    reason text,
    recorded_at timestamptz not null default now()
);
create index entry_of_subject on entry (subject_kind, subject_id, indicator, number);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger only grows: write a correction instead';
end
$$;
create trigger entry_is_kept before update or delete or truncate on entry
    for each statement execute function refuse_change();

-- migrate:down
drop table entry, baseline, tour, delivery, reference_round, synergy, actor;
drop function refuse_change();
