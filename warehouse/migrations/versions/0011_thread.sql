CREATE TABLE core.thread (
	thread_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	root_known BOOLEAN NOT NULL, 
	first_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	mentions BIGINT NOT NULL, 
	authors BIGINT NOT NULL, 
	CHECK (mentions >= 1 AND authors BETWEEN 0 AND mentions), 
	CHECK (first_at <= last_at)
);
COMMENT ON TABLE core.thread IS 'Conversations, of the mentions we know: those that say they belong to one, and the mention it began with. Grain: thread_id.';
COMMENT ON COLUMN core.thread.thread_id IS 'Mention it began with, which may be unknown to us';
COMMENT ON COLUMN core.thread.source IS 'Name of the source';
COMMENT ON COLUMN core.thread.root_known IS 'The mention it began with is in core.mention';
COMMENT ON COLUMN core.thread.first_at IS 'When the first of its mentions was said';
COMMENT ON COLUMN core.thread.last_at IS 'When the latest of its mentions was said';
COMMENT ON COLUMN core.thread.mentions IS 'Mentions of it that we know';
COMMENT ON COLUMN core.thread.authors IS 'Authors of these, those whom the source hides left out';
INSERT INTO core.thread BY NAME
SELECT
    thread_id, min(source) AS source, bool_or(mention_id = thread_id) AS root_known,
    min(published_at) AS first_at, max(published_at) AS last_at, count(*) AS mentions,
    count(DISTINCT author_key) AS authors
FROM (
    SELECT thread_id, mention_id, source, published_at, author_key
    FROM core.mention WHERE thread_id IS NOT NULL
    UNION ALL
    SELECT mention_id, mention_id, source, published_at, author_key
    FROM core.mention
    WHERE mention_id IN (SELECT thread_id FROM core.mention)
        AND thread_id IS DISTINCT FROM mention_id
)
GROUP BY thread_id;
