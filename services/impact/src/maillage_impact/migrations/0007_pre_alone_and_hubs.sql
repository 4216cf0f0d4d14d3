-- migrate:up
-- What each actor would have driven alone, by plan; what came into a hub and what left it.
create table alone (
    plan_id uuid primary key,
    sequence bigint not null,
    rounds jsonb not null,
    unplanned integer not null,
    cause uuid not null
);

create table hub_move (
    move_id uuid primary key,
    hub_id uuid not null,
    temperature text not null,
    kind text not null,
    mass_kg numeric not null,
    moved_on date not null
);
create index hub_move_of_day on hub_move (hub_id, moved_on);

-- migrate:down
drop table hub_move, alone;
