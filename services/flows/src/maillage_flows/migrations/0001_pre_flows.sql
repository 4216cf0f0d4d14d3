-- migrate:up

-- What the registry said last of each actor. A row with sequence 0 has only a consent so far.
CREATE TABLE actor (
    actor_id uuid PRIMARY KEY,
    sequence bigint NOT NULL DEFAULT 0,
    is_closed boolean NOT NULL DEFAULT false,
    sites jsonb NOT NULL DEFAULT '[]',
    consents boolean NOT NULL DEFAULT true,
    consent_sequence bigint NOT NULL DEFAULT 0
);

-- The whole flow is in document; the columns beside it are what flows are looked for by.
CREATE TABLE flow (
    flow_id uuid PRIMARY KEY,
    version integer NOT NULL,
    actor_id uuid NOT NULL,
    status text NOT NULL,
    kind text NOT NULL,
    direction text NOT NULL,
    visibility text NOT NULL,
    activity_zone text,
    spec text,
    searched text NOT NULL,
    held_by uuid,
    observed_at timestamptz NOT NULL,
    available_until date,
    document jsonb NOT NULL
);
CREATE INDEX flow_of_actor ON flow (actor_id);
CREATE INDEX flow_held ON flow (held_by) WHERE held_by IS NOT NULL;
CREATE INDEX flow_ageing ON flow (observed_at)
    WHERE status IN ('observed', 'declared', 'qualified', 'open');
CREATE INDEX flow_expiring ON flow (available_until)
    WHERE status IN ('observed', 'declared', 'qualified', 'open', 'stale')
      AND available_until IS NOT NULL;

CREATE TABLE agreed_case (
    case_id uuid PRIMARY KEY
);

CREATE TABLE note (
    note_id uuid PRIMARY KEY,
    flow_id uuid NOT NULL REFERENCES flow,
    actor_id uuid NOT NULL,
    direction text NOT NULL,
    what text NOT NULL,
    text text NOT NULL,
    noted_by text NOT NULL,
    noted_at timestamptz NOT NULL
);
CREATE INDEX note_of_actor ON note (actor_id);
CREATE INDEX note_of_flow ON note (flow_id);

CREATE TABLE question (
    question_id uuid PRIMARY KEY,
    flow_id uuid NOT NULL REFERENCES flow,
    actor_id uuid NOT NULL,
    attribute text NOT NULL,
    why text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    status text NOT NULL,
    closed_at timestamptz,
    answer text
);
CREATE UNIQUE INDEX question_open ON question (flow_id, attribute) WHERE status = 'open';
CREATE INDEX question_of_actor ON question (actor_id);

CREATE TABLE existing_round (
    round_id uuid PRIMARY KEY,
    version integer NOT NULL,
    actor_id uuid NOT NULL,
    status text NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX existing_round_of_actor ON existing_round (actor_id);

-- migrate:down

DROP TABLE existing_round, question, note, agreed_case, flow, actor;
