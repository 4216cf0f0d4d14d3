-- migrate:up

-- What was said, for ever: the bus can be rebuilt from it.
CREATE TABLE event_log (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL,
    topic text NOT NULL,
    state_topic text,
    type text NOT NULL,
    subject text NOT NULL,
    key bytea NOT NULL,
    headers json NOT NULL,
    payload bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (topic, event_id)
);

-- What the bus has not acknowledged yet. A queue of its own, because numbers are taken in one order
-- and committed in another: whoever reads "everything after the last" of a log jumps over rows.
CREATE TABLE outbox (
    seq bigint PRIMARY KEY REFERENCES event_log (seq)
);

-- The last sequence number given to each aggregate that this service speaks of.
CREATE TABLE aggregate_sequence (
    entity text NOT NULL,
    subject text NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (entity, subject)
);

-- Every event received and settled, applied or put aside. Never purged: a republished bus may bring
-- any of them again, and it grows no faster than the event logs of the other services.
CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);

-- The highest sequence number received of each aggregate: jumps are counted.
CREATE TABLE aggregate_progress (
    consumer text NOT NULL,
    topic text NOT NULL,
    subject text NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (consumer, topic, subject)
);

-- Records put aside. `type`, `subject` and `sequence` are of the envelope, where there was one.
CREATE TABLE dead_letter (
    id uuid PRIMARY KEY,
    consumer text NOT NULL,
    state text NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'replayed', 'discarded')),
    reason text NOT NULL,
    detail text NOT NULL,
    attempts integer NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    type text,
    subject text,
    sequence bigint,
    key bytea NOT NULL,
    headers json NOT NULL,
    payload bytea NOT NULL,
    parked_at timestamptz NOT NULL,
    settled_at timestamptz
);
CREATE INDEX dead_letter_parked ON dead_letter (consumer, topic, subject) WHERE state = 'parked';

-- Calls whose caller gave a key, with what they did; forgotten after some days.
CREATE TABLE idempotency (
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    outcome json,
    called_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_called_at ON idempotency (called_at);

-- The one cluster this service has published to.
CREATE TABLE bus_identity (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    cluster_id text NOT NULL,
    adopted_at timestamptz NOT NULL DEFAULT now()
);

-- migrate:down

DROP TABLE bus_identity, idempotency, dead_letter, aggregate_progress, inbox, aggregate_sequence,
    outbox, event_log;
