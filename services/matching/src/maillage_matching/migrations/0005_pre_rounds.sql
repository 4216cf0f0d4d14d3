-- migrate:up

-- Copies of rounds that others drive, with the sequence of the event they come from.
CREATE TABLE existing_round (
    round_id uuid PRIMARY KEY,
    sequence bigint NOT NULL,
    is_driven boolean NOT NULL,
    doc jsonb NOT NULL
);

-- migrate:down

DROP TABLE existing_round;
