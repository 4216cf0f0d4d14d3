-- migrate:up

-- One day planned several ways, side by side: nothing of it was published.
CREATE TABLE comparison (
    comparison_id uuid PRIMARY KEY,
    on_date date NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX comparison_by_day ON comparison (on_date, comparison_id);

-- migrate:down

DROP TABLE comparison;
