-- migrate:up
-- What newer factors change, line by line: added beside the lines, which stay as reported.
create table restatement (
    restatement_id uuid primary key,
    version text not null,
    reason text not null,
    lines bigint not null,
    digest bytea not null,
    recorded_at timestamptz not null default now()
);

create table restated (
    restatement_id uuid not null,
    entry_id uuid not null,
    delta numeric not null,
    primary key (entry_id, restatement_id)
);

create trigger restatement_is_kept before update or delete or truncate on restatement
    for each statement execute function refuse_change();
alter table restatement enable always trigger restatement_is_kept;
create trigger restated_is_kept before update or delete or truncate on restated
    for each statement execute function refuse_change();
alter table restated enable always trigger restated_is_kept;

-- migrate:down
drop table restated, restatement;
