-- migrate:up
-- A figure keeps the products that it is the sum of: amounts times factors.
alter table entry add column terms jsonb not null default '[]';

-- migrate:down
alter table entry drop column terms;
