-- migrate:up

-- The identifier of each topic as we first saw it: a topic that was made anew has another one, even
-- where the cluster has kept its own.
ALTER TABLE bus_identity ADD COLUMN topics jsonb NOT NULL DEFAULT '{}';

-- migrate:down

ALTER TABLE bus_identity DROP COLUMN topics;
