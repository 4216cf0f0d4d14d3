-- migrate:up

-- How much longer roads are here than great circles, as the last map that was asked had it.
CREATE TABLE learned_detour (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    factor numeric(6, 2) NOT NULL
);

-- migrate:down

DROP TABLE learned_detour;
