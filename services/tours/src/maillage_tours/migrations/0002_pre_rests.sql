-- migrate:up

-- Where actors let crews rest, as they were last told.
ALTER TABLE known_actor ADD COLUMN rests jsonb NOT NULL DEFAULT '[]';

-- migrate:down

ALTER TABLE known_actor DROP COLUMN rests;
