-- migrate:up

-- Who is to ride on a round of another is asked when that round is declared anew.
CREATE INDEX transport_order_by_round ON transport_order ((document -> 'ride' ->> 'round_id'))
    WHERE status IN ('accepted', 'riding');

-- migrate:down

DROP INDEX transport_order_by_round;
