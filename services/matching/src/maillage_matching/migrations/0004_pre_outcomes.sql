-- migrate:up

-- When a lead was decided: the engine shows less after many refusals, and yields are counted by it.
ALTER TABLE lead ADD COLUMN decided_at timestamptz;
UPDATE lead SET decided_at = (doc ->> 'decided_at')::timestamptz;
CREATE INDEX lead_decided ON lead (decided_at, lead_id) WHERE status IN ('accepted', 'rejected');

-- What other territories published, and what this one made of it.
CREATE TABLE suggestion (
    pattern_id uuid NOT NULL,
    origin text NOT NULL,
    status text NOT NULL,
    version int NOT NULL,
    received_at timestamptz NOT NULL,
    doc jsonb NOT NULL,
    PRIMARY KEY (pattern_id, origin)
);
CREATE INDEX suggestion_received ON suggestion (received_at, pattern_id, origin);

-- migrate:down

DROP TABLE suggestion;
DROP INDEX lead_decided;
ALTER TABLE lead DROP COLUMN decided_at;
