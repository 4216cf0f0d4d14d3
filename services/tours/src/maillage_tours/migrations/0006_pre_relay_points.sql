-- migrate:up

-- Where actors have room for crates, and for how many, as they were last told.
ALTER TABLE known_actor ADD COLUMN relays jsonb NOT NULL DEFAULT '[]';

-- migrate:down

ALTER TABLE known_actor DROP COLUMN relays;
