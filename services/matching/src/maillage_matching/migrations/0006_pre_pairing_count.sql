-- migrate:up

-- How many pairings there are of each verdict, kept while they come and go: to count millions twice
-- a minute is too much. By the database, so that whatever writes pairings cannot forget it.
CREATE TABLE pairing_count (
    verdict text PRIMARY KEY,
    many bigint NOT NULL
);

CREATE FUNCTION count_pairings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pairing_count AS kept (verdict, many)
    SELECT verdict, CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END
    FROM changed GROUP BY verdict ORDER BY verdict
    ON CONFLICT (verdict) DO UPDATE SET many = kept.many + excluded.many;
    RETURN NULL;
END $$;
CREATE TRIGGER pairing_added AFTER INSERT ON pairing
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_pairings();
CREATE TRIGGER pairing_gone AFTER DELETE ON pairing
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_pairings();

INSERT INTO pairing_count (verdict, many) SELECT verdict, count(*) FROM pairing GROUP BY verdict;

-- migrate:down

DROP TRIGGER pairing_gone ON pairing;
DROP TRIGGER pairing_added ON pairing;
DROP FUNCTION count_pairings;
DROP TABLE pairing_count;
