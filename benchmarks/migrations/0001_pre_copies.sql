-- migrate:up
CREATE TABLE flow_copy (
    flow_id uuid PRIMARY KEY,
    sequence bigint NOT NULL,
    doc jsonb NOT NULL
);

-- migrate:down
DROP TABLE flow_copy;
