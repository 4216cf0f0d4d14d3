-- migrate:up

-- Where flows stand on the line of bands (domain/nearby.py), one row for each word of each.
CREATE TABLE flow_word (
    word text COLLATE "C" NOT NULL, -- direction and token
    place double precision NOT NULL,
    flow_id uuid NOT NULL,
    lat double precision, -- null with lon: it may be anywhere
    lon double precision,
    PRIMARY KEY (word, place, flow_id) INCLUDE (lat, lon) -- a search reads nothing else
);

-- The place its rows were written with: by words and place they are found again.
ALTER TABLE flow_key ADD COLUMN place double precision;
DROP INDEX flow_key_tokens;

-- migrate:down

CREATE INDEX flow_key_tokens ON flow_key USING gin (tokens);
ALTER TABLE flow_key DROP COLUMN place;
DROP TABLE flow_word;
