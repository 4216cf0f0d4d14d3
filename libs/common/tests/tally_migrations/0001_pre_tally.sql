-- migrate:up
CREATE TABLE applied (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL,
    sequence bigint NOT NULL
);

-- migrate:down
DROP TABLE applied;
