-- Makes room for the tags of one re-tagged file. $tagged: the file; $taggers, $stated: the
-- versions of its taggers. What was deleted at its source is in no core table, and stays away.
CREATE OR REPLACE TEMP TABLE spoke AS
SELECT DISTINCT mention_id, content_hash FROM read_parquet($tagged)
SEMI JOIN core.mention_version USING (mention_id, content_hash);

CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT mention_id FROM spoke;

-- Nothing is said anew, and nothing deleted; no author changes.
CREATE OR REPLACE TEMP TABLE said AS SELECT mention_id FROM touched;
CREATE OR REPLACE TEMP TABLE gone (mention_id VARCHAR);
CREATE OR REPLACE TEMP TABLE lost (mention_id VARCHAR);
CREATE OR REPLACE TEMP TABLE touched_author (author_key VARCHAR);
CREATE OR REPLACE TEMP TABLE renamed (author_key VARCHAR, is_retold BOOLEAN);
CREATE OR REPLACE TEMP TABLE author_mention (
    author_key VARCHAR, mention_id VARCHAR, published_at TIMESTAMPTZ
);
CREATE OR REPLACE TEMP TABLE followed (
    author_key VARCHAR, since TIMESTAMPTZ, until TIMESTAMPTZ
);

-- The contents these mentions were seen with, those that stand, and of these what the file speaks
-- of, whose tags are put in anew.
CREATE OR REPLACE TEMP TABLE seen AS
SELECT mention_id, content_hash FROM core.mention_version SEMI JOIN touched USING (mention_id);

CREATE OR REPLACE TEMP TABLE held AS SELECT * FROM seen;

CREATE OR REPLACE TEMP TABLE stands AS
SELECT mention_id, content_hash, author_key, published_at
FROM core.mention SEMI JOIN touched USING (mention_id);

CREATE OR REPLACE TEMP TABLE replaced AS
SELECT mention_id, content_hash, false AS is_new
FROM stands SEMI JOIN spoke USING (mention_id, content_hash);

-- Of the versions it names the file has the last word; labels of other versions stay.
CREATE OR REPLACE TEMP TABLE restated AS
SELECT unnest($taggers::VARCHAR[]) AS tagger, unnest($stated::VARCHAR[]) AS version;

DELETE FROM core.label
WHERE (mention_id, content_hash) IN (SELECT (mention_id, content_hash) FROM spoke)
    AND (tagger, version) IN (SELECT (tagger, version) FROM restated);
DELETE FROM core.label_failure
WHERE (mention_id, content_hash) IN (SELECT (mention_id, content_hash) FROM spoke)
    AND (tagger, version) IN (SELECT (tagger, version) FROM restated);
DELETE FROM core.target_label
WHERE (mention_id, content_hash) IN (SELECT (mention_id, content_hash) FROM spoke)
    AND version IN (SELECT version FROM restated WHERE tagger = 'target');
