-- migrate:up
-- What of a day rests on less evidence than its indicator needs: it is marked in statements.
alter table day_total
    add column weak_value numeric not null default 0,
    add column weak_lines bigint not null default 0;

-- Only what is held against a baseline could come out weaker than needed until now.
update day_total set weak_value = weak.value, weak_lines = weak.lines
from (
    select subject_kind, indicator, period_start, sum(value) as value,
        sum(case when reverses is null then 1 else -1 end) as lines
    from entry
    where baseline_id is not null and indicator <> 'saving' and quality > case
        when indicator in ('mass_redirected', 'mass_diverted', 'virgin_mass_replaced') then 'b'
        else 'c' end
    group by subject_kind, indicator, period_start
) weak
where day_total.subject_kind = weak.subject_kind and day_total.indicator = weak.indicator
    and day_total.day = weak.period_start;

-- migrate:down
alter table day_total drop column weak_value, drop column weak_lines;
