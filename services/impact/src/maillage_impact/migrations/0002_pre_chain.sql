-- migrate:up
-- Each line is sealed with the hash of the one before it; a correction is a reversal and a new line.
alter table entry
    add column reverses uuid unique references entry (entry_id),
    add column claim text,
    add column revision integer not null default 0,
    add column place bigint,
    add column previous_hash bytea,
    add column hash bytea;

create table chain_head (
    only_one boolean primary key default true check (only_one),
    place bigint not null,
    hash bytea not null
);

alter table entry disable trigger entry_is_kept;

-- Corrections of before replaced a line without taking it back.
insert into entry (entry_id, subject_kind, subject_id, indicator, account, value, period_start,
    period_end, quality, state, method, causes, factors, baseline_id, reason, reverses, recorded_at)
select md5('reversal/' || wrong.entry_id)::uuid, wrong.subject_kind, wrong.subject_id,
    wrong.indicator, wrong.account, -wrong.value, wrong.period_start, wrong.period_end,
    wrong.quality, wrong.state, 'reversal', wrong.causes, wrong.factors, wrong.baseline_id,
    better.reason, wrong.entry_id, better.recorded_at
from entry better join entry wrong on wrong.entry_id = better.corrects
order by better.number;

do $$
declare
    line record;
    last_place bigint := 0;
    last_hash bytea := decode(repeat('00', 32), 'hex');
begin
    for line in select * from entry order by number loop
        last_place := last_place + 1;
        update entry set place = last_place, previous_hash = last_hash,
            hash = sha256(last_hash || convert_to(jsonb_build_array(
                last_place::text, line.entry_id::text, line.subject_kind, line.subject_id::text,
                line.indicator, line.account, line.value::text, line.low::text, line.high::text,
                to_char(line.period_start, 'YYYY-MM-DD'), to_char(line.period_end, 'YYYY-MM-DD'),
                line.quality, line.state, line.method, array_to_string(line.causes, ','),
                line.factors::text, line.baseline_id::text, line.corrects::text, line.delta::text,
                line.reason, line.reverses::text, line.claim, line.revision::text,
                to_char(line.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
            )::text, 'UTF8'))
        where number = line.number
        returning hash into last_hash;
    end loop;
    insert into chain_head (place, hash) values (last_place, last_hash);
end
$$;

alter table entry
    alter column place set not null,
    alter column previous_hash set not null,
    alter column hash set not null,
    add constraint entry_place unique (place),
    add constraint entry_follows_one unique (previous_hash),
    add constraint entry_claimed_once unique (claim, revision);

-- Also for a session that replays a dump or stands in for a replica.
alter table entry enable always trigger entry_is_kept;

create index entry_of_account on entry (account, period_start);

-- migrate:down
drop table chain_head;
drop index entry_of_account;
alter table entry drop column reverses, drop column claim, drop column revision,
    drop column place, drop column previous_hash, drop column hash;
