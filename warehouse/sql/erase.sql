-- Makes of erased mentions what a batch makes of deleted ones, so that the same steps follow:
-- forget, outdated, clusters, authors, followers, threads. No tombstone is left here: those are kept
-- under a key elsewhere. $ids, $veils: the mentions, and what stands for each where others name it.
-- $decisions: decisions of which the landing zone holds a stub.
CREATE OR REPLACE TEMP TABLE erased AS
SELECT unnest($ids::VARCHAR[]) AS mention_id, unnest($veils::VARCHAR[]) AS veil;

-- Decisions that spoke of them without naming them as their mention.
UPDATE core.decision SET mention_id = 'erased-' || decision_id
WHERE decision_id IN (SELECT unnest($decisions::VARCHAR[])) AND NOT mention_deleted
    AND (mention_id IS NULL OR mention_id NOT IN (SELECT mention_id FROM erased));

CREATE OR REPLACE TEMP TABLE gone AS
SELECT mention_id FROM erased
UNION ALL
SELECT mention_id FROM core.decision WHERE starts_with(mention_id, 'erased-');

CREATE OR REPLACE TEMP TABLE known AS
SELECT rowid AS row_no, * FROM core.mention
WHERE rowid IN (SELECT m.rowid FROM core.mention AS m SEMI JOIN gone USING (mention_id));

CREATE OR REPLACE TEMP TABLE lost AS SELECT * FROM known;

CREATE OR REPLACE TEMP TABLE known_version AS
SELECT v.rowid AS row_no, v.* FROM core.mention_version AS v SEMI JOIN gone USING (mention_id);

CREATE OR REPLACE TEMP TABLE known_look AS
SELECT e.rowid AS row_no, e.* FROM core.engagement AS e SEMI JOIN gone USING (mention_id);

CREATE OR REPLACE TEMP TABLE known_stream AS
SELECT s.rowid AS row_no, s.* FROM core.mention_stream AS s SEMI JOIN gone USING (mention_id);

CREATE OR REPLACE TEMP TABLE known_query AS
SELECT q.rowid AS row_no, q.* FROM core.mention_query AS q SEMI JOIN gone USING (mention_id);

-- Mentions that answer one of them, or are of its conversation.
CREATE OR REPLACE TEMP TABLE mention_now AS
SELECT
    m.mention_id, coalesce(p.veil, m.parent_id) AS parent_id,
    coalesce(t.veil, m.thread_id) AS thread_id, true AS is_changed
FROM core.mention AS m
LEFT JOIN erased AS p ON p.mention_id = m.parent_id
LEFT JOIN erased AS t ON t.mention_id = m.thread_id
WHERE (p.veil IS NOT NULL OR t.veil IS NOT NULL)
    AND m.mention_id NOT IN (SELECT mention_id FROM gone);

UPDATE core.mention SET parent_id = n.parent_id, thread_id = n.thread_id
FROM mention_now AS n WHERE n.mention_id = mention.mention_id;

CREATE OR REPLACE TEMP TABLE said AS
SELECT mention_id FROM gone UNION SELECT mention_id FROM mention_now;

CREATE OR REPLACE TEMP TABLE touched AS SELECT mention_id FROM said;

CREATE OR REPLACE TEMP TABLE replaced (mention_id VARCHAR, content_hash VARCHAR, is_new BOOLEAN);

CREATE OR REPLACE TEMP TABLE stands AS
SELECT mention_id, content_hash, author_key, published_at FROM core.mention WHERE false;

CREATE OR REPLACE TEMP TABLE look_now AS SELECT * FROM core.engagement WHERE false;

CREATE OR REPLACE TEMP TABLE left_author AS
SELECT DISTINCT author_key FROM known WHERE author_key IS NOT NULL;

CREATE OR REPLACE TEMP TABLE touched_author AS SELECT author_key FROM left_author;

DELETE FROM core.tombstone WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.off_topic WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.change WHERE mention_id IN (SELECT mention_id FROM gone);
DELETE FROM core.quarantine
WHERE substr(sha256(source || chr(31) || native_id), 1, 32) IN (SELECT mention_id FROM gone);
