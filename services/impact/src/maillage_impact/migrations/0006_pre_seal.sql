-- migrate:up
-- The chain is closed where the lines are kept: a running hash, from the head that was before.
create function next_hash(state bytea, head bytea, line text) returns bytea
language plpgsql immutable as $$
begin
    return sha256(coalesce(state, head) || convert_to(line, 'UTF8'));
end
$$;
create aggregate chain_hash(bytea, text) (sfunc = next_hash, stype = bytea);

-- migrate:down
drop aggregate chain_hash(bytea, text);
drop function next_hash;
