-- migrate:up

CREATE TABLE standing_order (
    standing_id uuid PRIMARY KEY,
    ended_on date,
    document jsonb NOT NULL
);

-- migrate:down

DROP TABLE standing_order;
