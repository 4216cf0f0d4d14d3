-- migrate:up

-- What others say: a row keeps the sequence of the event it comes from, so that a late one never
-- replaces a newer one.
CREATE TABLE known_actor (
    actor_id uuid PRIMARY KEY,
    is_closed boolean NOT NULL,
    sequence bigint NOT NULL
);
CREATE TABLE known_vehicle (
    vehicle_id uuid PRIMARY KEY,
    document jsonb NOT NULL,
    sequence bigint NOT NULL
);
CREATE TABLE known_hub (
    hub_id uuid PRIMARY KEY,
    document jsonb NOT NULL,
    sequence bigint NOT NULL
);
CREATE TABLE known_zone (
    zone_id uuid PRIMARY KEY,
    document jsonb NOT NULL,
    sequence bigint NOT NULL
);
CREATE TABLE known_round (
    round_id uuid PRIMARY KEY,
    document jsonb NOT NULL,
    sequence bigint NOT NULL
);

-- What synergies need carried, while they last.
CREATE TABLE agreement (
    synergy_id uuid PRIMARY KEY,
    ended_on date,
    document jsonb NOT NULL
);

CREATE TABLE transport_order (
    order_id uuid PRIMARY KEY,
    on_date date NOT NULL,
    status text NOT NULL,
    origin text NOT NULL,
    origin_id uuid,
    actor_ids uuid[] NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX transport_order_by_day ON transport_order (on_date, order_id);
CREATE INDEX transport_order_by_origin ON transport_order (origin_id, on_date);
CREATE INDEX transport_order_by_actor ON transport_order USING gin (actor_ids);

CREATE TABLE plan (
    plan_id uuid PRIMARY KEY,
    on_date date NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX plan_by_day ON plan (on_date, plan_id);

-- order_ids: those that the tour still is to carry or has carried.
CREATE TABLE tour (
    tour_id uuid PRIMARY KEY,
    plan_id uuid NOT NULL REFERENCES plan (plan_id),
    on_date date NOT NULL,
    status text NOT NULL,
    vehicle_id uuid NOT NULL,
    order_ids uuid[] NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX tour_by_day ON tour (on_date, tour_id);
CREATE INDEX tour_by_plan ON tour (plan_id);
CREATE INDEX tour_by_order ON tour USING gin (order_ids);

-- migrate:down

DROP TABLE tour;
DROP TABLE plan;
DROP TABLE transport_order;
DROP TABLE agreement;
DROP TABLE known_round;
DROP TABLE known_zone;
DROP TABLE known_hub;
DROP TABLE known_vehicle;
DROP TABLE known_actor;
