-- migrate:up

-- What advisors hold to be shut by the rules: proposed with a rejection, a gate once adopted.
CREATE TABLE ruling (
    ruling_id uuid PRIMARY KEY,
    version int NOT NULL,
    status text NOT NULL,
    proposed_at timestamptz NOT NULL,
    doc jsonb NOT NULL
);
CREATE INDEX ruling_proposed ON ruling (proposed_at, ruling_id);

-- migrate:down

DROP TABLE ruling;
