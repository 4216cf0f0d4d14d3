-- migrate:up
-- A year of a territory is read from its days, not from half a million lines.
alter table actor add column zones text[] not null default '{}';

create table day_total (
    subject_kind text not null,
    indicator text not null,
    day date not null,
    value numeric not null,
    lines bigint not null,
    primary key (day, subject_kind, indicator)
);

create table day_term (
    subject_kind text not null,
    indicator text not null,
    day date not null,
    product text not null,
    amount numeric not null,
    primary key (day, subject_kind, indicator, product)
);

insert into day_total (subject_kind, indicator, day, value, lines)
select subject_kind, indicator, period_start, sum(value),
    sum(case when reverses is null then 1 else -1 end)
from entry group by subject_kind, indicator, period_start;

insert into day_term (subject_kind, indicator, day, product, amount)
select subject_kind, indicator, period_start, product, sum(amount)
from (
    select entry.subject_kind, entry.indicator, entry.period_start,
        (term ->> 0)::numeric as amount,
        (
            select string_agg(used || '@' || (
                select pair ->> 1 from jsonb_array_elements(entry.factors) pair
                where pair ->> 0 = used limit 1
            ), '*' order by used)
            from jsonb_array_elements_text(term -> 1) used
        ) as product
    from entry, jsonb_array_elements(entry.terms) term
) products
where product is not null
group by subject_kind, indicator, period_start, product;

-- migrate:down
drop table day_term, day_total;
alter table actor drop column zones;
