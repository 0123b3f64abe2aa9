-- The mentions of one night, after its topics and lineage. $file, $night, $since, $until.
CREATE OR REPLACE TEMP TABLE listed AS
SELECT mention_id, topic_id, $night::DATE AS night, nearness, example
FROM read_parquet($file) SEMI JOIN core.mention USING (mention_id);

-- The assertions look at these; a night says nothing of authors.
CREATE OR REPLACE TEMP TABLE touched AS SELECT mention_id FROM listed;
CREATE OR REPLACE TEMP TABLE touched_author (author_key VARCHAR);

-- The night has a word on all of these, and takes the examples of the night before away.
CREATE OR REPLACE TEMP TABLE changed AS
SELECT mention_id FROM listed
UNION
SELECT mention_id FROM core.discovered_topic_mention
WHERE example IS NOT NULL
    OR mention_id IN (SELECT mention_id FROM core.mention WHERE published_at >= $since);

-- A mention of the window that the night does not list has no topic any more (it was edited);
-- one that left the window keeps its last.
DELETE FROM core.discovered_topic_mention
WHERE mention_id IN (SELECT mention_id FROM listed)
    OR mention_id IN (SELECT mention_id FROM core.mention WHERE published_at >= $since);

UPDATE core.discovered_topic_mention SET example = NULL WHERE example IS NOT NULL;

INSERT INTO core.discovered_topic_mention BY NAME SELECT * FROM listed;

-- What ended, and what its mentions count for now: merges may follow one another.
CREATE OR REPLACE TEMP TABLE ended AS
WITH RECURSIVE follow AS (
    SELECT from_id AS topic_id, to_id, night AS ended_on
    FROM core.topic_lineage WHERE kind = 'merge'
    UNION ALL
    SELECT f.topic_id, l.to_id, f.ended_on
    FROM follow AS f JOIN core.topic_lineage AS l ON l.from_id = f.to_id AND l.kind = 'merge'
)

SELECT topic_id, ended_on, coalesce(last_to, topic_id) AS counts_as
FROM (
    SELECT
        topic_id, any_value(ended_on) AS ended_on,
        -- The end of the chain is where nothing goes on.
        any_value(to_id) FILTER (
            to_id NOT IN (SELECT from_id FROM core.topic_lineage WHERE kind = 'merge')
        ) AS last_to
    FROM follow GROUP BY topic_id
    UNION ALL
    SELECT from_id, night, NULL FROM core.topic_lineage WHERE kind = 'death'
);

UPDATE core.discovered_topic AS t
SET ended_on = e.ended_on, counts_as = coalesce(e.counts_as, t.topic_id)
FROM (
    SELECT d.topic_id, ended.ended_on, ended.counts_as
    FROM core.discovered_topic AS d LEFT JOIN ended USING (topic_id)
) AS e
WHERE e.topic_id = t.topic_id
    AND (t.ended_on, t.counts_as)
        IS DISTINCT FROM (e.ended_on, coalesce(e.counts_as, t.topic_id));
