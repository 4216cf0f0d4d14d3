-- migrate:up

-- What somebody looked at from outside, with what was found, the last time: told as metrics.
CREATE TABLE last_check (
    what text PRIMARY KEY,
    found jsonb NOT NULL,
    checked_at timestamptz NOT NULL
);

-- migrate:down

DROP TABLE last_check;
