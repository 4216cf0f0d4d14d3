-- migrate:up

-- Proposals the engine came upon since the beginning, shown or not: pairings come and go.
CREATE TABLE lead_generated (
    kind text PRIMARY KEY,
    many bigint NOT NULL
);

-- migrate:down

DROP TABLE lead_generated;
