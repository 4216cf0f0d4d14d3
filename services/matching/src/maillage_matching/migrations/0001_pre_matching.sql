-- migrate:up

-- Copies of what flows and registry say, with the sequence of the event they come from.
CREATE TABLE flow (
    flow_id uuid PRIMARY KEY,
    actor_id uuid NOT NULL,
    sequence bigint NOT NULL,
    doc jsonb NOT NULL,
    is_matchable boolean NOT NULL,
    lat double precision,
    lon double precision,
    followed_at timestamptz NOT NULL
);
CREATE INDEX flow_actor ON flow (actor_id);
CREATE INDEX flow_followed ON flow (followed_at) WHERE is_matchable;

CREATE TABLE actor (
    actor_id uuid PRIMARY KEY,
    sequence bigint NOT NULL,
    doc jsonb NOT NULL,
    scopes text[] NOT NULL
);
CREATE INDEX actor_scopes ON actor USING gin (scopes);

CREATE TABLE consent (
    actor_id uuid NOT NULL,
    purpose text NOT NULL,
    is_given boolean NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (actor_id, purpose)
);

-- Flows to look at. Whoever has a reason adds a row; the engine takes all rows of a flow away
-- before it reads the flow, so that nothing is missed and nobody waits for anybody.
CREATE TABLE due (
    flow_id uuid NOT NULL,
    due_at timestamptz NOT NULL
);
CREATE INDEX due_when ON due (due_at, flow_id);
CREATE INDEX due_flow ON due (flow_id);

-- Under which words a flow is found. Written by the engine alone.
CREATE TABLE flow_key (
    flow_id uuid PRIMARY KEY,
    knowledge text NOT NULL, -- version of the tables these words come from
    tokens text[] NOT NULL,
    stream text -- what it may be pooled with
);
CREATE INDEX flow_key_knowledge ON flow_key (knowledge);
CREATE INDEX flow_key_stream ON flow_key (stream);
CREATE INDEX flow_key_tokens ON flow_key USING gin (tokens);

-- What the engine works with, and what it found.
CREATE TABLE policy (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    version int NOT NULL,
    doc jsonb NOT NULL
);

CREATE TABLE pairing (
    need_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    rule text,
    verdict text NOT NULL,
    score double precision NOT NULL,
    code text,
    reason text,
    unblock text,
    PRIMARY KEY (need_id, offer_id)
);
CREATE INDEX pairing_offer ON pairing (offer_id);

CREATE TABLE stream (
    stream text PRIMARY KEY,
    score double precision NOT NULL
);

CREATE TABLE asked (
    flow_id uuid NOT NULL,
    attribute text NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (flow_id, attribute)
);

-- What people see and decide.
CREATE TABLE lead (
    lead_id uuid PRIMARY KEY,
    slot text NOT NULL,
    status text NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    rule text,
    case_open boolean NOT NULL,
    flow_ids uuid[] NOT NULL,
    actor_ids uuid[] NOT NULL,
    surfaced_at timestamptz NOT NULL,
    deferred_until date,
    doc jsonb NOT NULL
);
CREATE UNIQUE INDEX lead_one_waiting ON lead (slot) WHERE status IN ('surfaced', 'deferred');
CREATE INDEX lead_slot ON lead (slot);
CREATE INDEX lead_flows ON lead USING gin (flow_ids) WHERE status IN ('surfaced', 'deferred');
CREATE INDEX lead_actors ON lead USING gin (actor_ids) WHERE status IN ('surfaced', 'deferred');
CREATE INDEX lead_rule ON lead (rule) WHERE status IN ('surfaced', 'deferred');
CREATE INDEX lead_surfaced ON lead (surfaced_at, lead_id);

CREATE TABLE suppression (
    suppression_id uuid PRIMARY KEY,
    since timestamptz NOT NULL,
    until date NOT NULL,
    lifted_at timestamptz,
    doc jsonb NOT NULL
);
CREATE INDEX suppression_since ON suppression (since, suppression_id);
CREATE INDEX suppression_until ON suppression (until) WHERE lifted_at IS NULL;

CREATE TABLE synergy_case (
    case_id uuid PRIMARY KEY,
    version int NOT NULL,
    status text NOT NULL,
    kind text NOT NULL,
    actor_ids uuid[] NOT NULL,
    opened_at timestamptz NOT NULL,
    introduced_at timestamptz,
    doc jsonb NOT NULL
);
CREATE INDEX synergy_case_opened ON synergy_case (opened_at, case_id);
CREATE INDEX synergy_case_actors ON synergy_case USING gin (actor_ids);

CREATE TABLE synergy (
    synergy_id uuid PRIMARY KEY,
    version int NOT NULL,
    case_id uuid NOT NULL,
    status text NOT NULL,
    pattern_id uuid NOT NULL,
    actor_ids uuid[] NOT NULL,
    agreed_at timestamptz NOT NULL,
    ended_on date,
    end_reason text,
    attribution text,
    doc jsonb NOT NULL
);
CREATE INDEX synergy_agreed ON synergy (agreed_at, synergy_id);
CREATE INDEX synergy_actors ON synergy USING gin (actor_ids);
CREATE INDEX synergy_pattern ON synergy (pattern_id);

-- migrate:down

DROP TABLE synergy, synergy_case, suppression, lead, asked, stream, pairing, policy, flow_key, due,
    consent, actor, flow;
