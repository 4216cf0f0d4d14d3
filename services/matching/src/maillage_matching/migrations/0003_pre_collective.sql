-- migrate:up

-- Machines, premises and staff that were ever asked for, each with a number of its own.
CREATE TABLE shared_thing (
    flow_id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE
);

-- Nobody is promised what was promised to another. An exclusion of time ranges thing by thing needs
-- an extension; so each thing has its own stretch of one long line of seconds, and what is held is
-- one range on that line: seconds since 1970 plus the thing's number times 2^36 seconds.
CREATE TABLE sharing (
    sharing_id uuid PRIMARY KEY,
    version int NOT NULL,
    status text NOT NULL,
    flow_id uuid NOT NULL REFERENCES shared_thing,
    owner_id uuid NOT NULL,
    borrower_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (starts_at < ends_at),
    asked_at timestamptz NOT NULL,
    held int8range, -- null while nothing is promised
    doc jsonb NOT NULL,
    CONSTRAINT sharing_never_twice EXCLUDE USING gist (held WITH &&)
);
CREATE INDEX sharing_asked ON sharing (asked_at, sharing_id);
CREATE INDEX sharing_flow ON sharing (flow_id, starts_at);
CREATE INDEX sharing_owner ON sharing (owner_id);
CREATE INDEX sharing_borrower ON sharing (borrower_id);
CREATE INDEX sharing_confirmed ON sharing (ends_at) WHERE status = 'confirmed';

-- Groups of firms around free centres, as the last look found them: those shown to advisors, and
-- those that may become leads, because no activity zone has them already.
CREATE TABLE pool (
    slot text PRIMARY KEY,
    is_lead boolean NOT NULL,
    place int NOT NULL, -- 1 has the most
    resource text NOT NULL,
    cell text NOT NULL, -- of the grid; its middle is the centre
    flow_ids uuid[] NOT NULL,
    gathered_at timestamptz NOT NULL
);
CREATE INDEX pool_place ON pool (place) WHERE NOT is_lead;

-- Missing links, as they stood at the end of each quarter: never written again.
CREATE TABLE link_report (
    quarter text PRIMARY KEY,
    made_at timestamptz NOT NULL,
    doc jsonb NOT NULL
);

-- migrate:down

DROP TABLE link_report, pool, sharing, shared_thing;
