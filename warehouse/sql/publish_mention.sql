-- Every mention the file's tables name, and those of the same conversations, each once with all
-- there is to read of it. What a table keeps for longer, such as open flags, is told of as long;
-- of the conversations the recent part. $open: this team reads every text, and who wrote it. $horizon.
CREATE OR REPLACE TEMP TABLE thread AS
SELECT thread_id FROM told_mention SEMI JOIN named USING (mention_id)
UNION
SELECT thread_id FROM older_mention;

-- A table, so that DuckDB knows how few these are, and builds its hash on them and not on the rows
-- (care at 10 million mentions, 2026-11-23: 15 s).
CREATE OR REPLACE TEMP TABLE wanted AS
SELECT mention_id FROM named
UNION
SELECT mention_id FROM told_mention SEMI JOIN thread USING (thread_id)
WHERE published_at >= $horizon
UNION
SELECT mention_id FROM told_mention
WHERE published_at >= $horizon AND mention_id IN (SELECT thread_id FROM thread);

CREATE TABLE team.main.mention AS
WITH shown AS (
    SELECT * FROM told_mention WHERE mention_id IN (SELECT mention_id FROM wanted)
    UNION ALL
    SELECT * FROM older_mention
)
SELECT
    mention_id,
    published_at,
    edited_at,
    source,
    channel,
    kind,
    language,
    region,
    CASE
        WHEN $open OR title = '' THEN title
        WHEN is_withheld THEN withheld()
        ELSE coalesce(masked_title, title)
    END AS title,
    CASE
        WHEN $open OR text = '' THEN text
        WHEN is_withheld THEN withheld()
        ELSE coalesce(masked_text, text)
    END AS text,
    CASE WHEN $open THEN url WHEN NOT is_withheld THEN unnamed_url END AS url,
    __author__
    coalesce(thread_id, mention_id) AS thread_id,
    parent_id,
    said_by_brand_id,
    sentiment,
    intents,
    topic_ids,
    product_ids,
    rating,
    content_hash,
    if($open, labels, coalesce(shown_labels, labels)) AS labels,
    CASE WHEN $open THEN spans WHEN is_withheld THEN [] ELSE coalesce(masked_spans, spans) END AS spans,
    looks
FROM shown;

COMMENT ON TABLE team.main.mention IS
    'Mentions the tables here name, and those of the same conversations, with all there is to read of each. Grain: mention_id.';

COMMENT ON COLUMN team.main.mention.mention_id IS
    'Id of the mention: hash of its source and the id there, whichever stream saw it.';

COMMENT ON COLUMN team.main.mention.published_at IS
    'When it was published (UTC).';

COMMENT ON COLUMN team.main.mention.edited_at IS
    'When it was edited last (UTC). NULL: never, as far as the source says.';

COMMENT ON COLUMN team.main.mention.source IS
    'Source that served it, such as `hackernews`.';

COMMENT ON COLUMN team.main.mention.channel IS
    'Platform people know it from, such as `mastodon`.';

COMMENT ON COLUMN team.main.mention.kind IS
    '`post`, `comment`, `review` or `share`.';

COMMENT ON COLUMN team.main.mention.language IS
    'ISO 639 code: as found in the text, else as its source declares it. NULL: unknown.';

COMMENT ON COLUMN team.main.mention.region IS
    'Region as its source gives it. NULL: unknown.';

COMMENT ON COLUMN team.main.mention.title IS
    'Title; where the team may not read names, @handles are masked.';

COMMENT ON COLUMN team.main.mention.text IS
    'Text; likewise, and withheld where it is private or may expose personal data.';

COMMENT ON COLUMN team.main.mention.url IS
    'Where it is. NULL: unknown, or the link would name its author to a team that may not know.';

COMMENT ON COLUMN team.main.mention.thread_id IS
    'First mention of its conversation; its own id where it answers nothing.';

COMMENT ON COLUMN team.main.mention.parent_id IS
    'Mention it answers; the file may not hold it. NULL: none.';

COMMENT ON COLUMN team.main.mention.said_by_brand_id IS
    'Brand whose handle or page said it. NULL: somebody else.';

COMMENT ON COLUMN team.main.mention.sentiment IS
    'Of the whole mention: `negative`, `neutral`, `positive` or `abstained`.';

COMMENT ON COLUMN team.main.mention.intents IS
    'What the author wants, each at the threshold or above.';

COMMENT ON COLUMN team.main.mention.topic_ids IS
    'Declared topics it is about.';

COMMENT ON COLUMN team.main.mention.product_ids IS
    'Products it names, of any brand.';

COMMENT ON COLUMN team.main.mention.rating IS
    'Stars or points of a review. NULL: no review.';

COMMENT ON COLUMN team.main.mention.content_hash IS
    'Which of its contents this is: a correction names it.';

COMMENT ON COLUMN team.main.mention.labels IS
    'What was understood: tagger, what of (brand/product, intent or topic), label, p, why it abstained, and version; `a person` is a correction. The newest of each.';

COMMENT ON COLUMN team.main.mention.spans IS
    'Places in `text`, in code points, end exclusive: `target` (brand/product), `entity` (its type) and, for teams that read every text, `flag` (its kind).';

COMMENT ON COLUMN team.main.mention.looks IS
    'Every look at its counts, the oldest first.';
