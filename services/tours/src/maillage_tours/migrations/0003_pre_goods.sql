-- migrate:up

-- What is in a hub, by temperature class; negative when goods left that nobody had booked in.
CREATE TABLE hub_stock (
    hub_id uuid NOT NULL,
    temperature text NOT NULL,
    mass_kg numeric(18, 6) NOT NULL,
    crates integer NOT NULL,
    PRIMARY KEY (hub_id, temperature)
);

-- What brought it there: one row for each movement, that a repeated report meets.
CREATE TABLE stock_movement (
    movement_id uuid PRIMARY KEY,
    place bigint GENERATED ALWAYS AS IDENTITY,
    hub_id uuid NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX stock_movement_by_hub ON stock_movement (hub_id, place);

-- Waste in the custody of a carrier, a hub or a processor.
CREATE TABLE consignment (
    consignment_id uuid PRIMARY KEY,
    order_id uuid NOT NULL UNIQUE,
    actor_ids uuid[] NOT NULL,
    status text NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX consignment_by_actor ON consignment USING gin (actor_ids);

-- Containers for reuse.
CREATE TABLE returnable_unit (
    unit_id uuid PRIMARY KEY,
    kind text NOT NULL,
    status text NOT NULL,
    loops integer NOT NULL,
    document jsonb NOT NULL
);

-- migrate:down

DROP TABLE returnable_unit;
DROP TABLE consignment;
DROP TABLE stock_movement;
DROP TABLE hub_stock;
