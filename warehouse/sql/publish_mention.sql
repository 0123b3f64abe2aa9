-- Every mention the file's tables name, and those of the same conversations, each once with all
-- there is to read of it. What a table keeps for longer, such as open flags, is told of as long;
-- of the conversations the recent part. $open: this team reads every text, and who wrote it. $horizon.
CREATE TABLE team.main.mention AS
WITH named AS (
    SELECT mention_id, thread_id
    FROM (__named__)
    JOIN source.core.mention USING (mention_id)
),
told AS (
    SELECT mention_id FROM named
    UNION
    SELECT mention_id
    FROM source.core.mention
    SEMI JOIN named USING (thread_id)
    WHERE published_at >= $horizon
    UNION
    SELECT mention_id
    FROM source.core.mention
    WHERE mention_id IN (SELECT thread_id FROM named) AND published_at >= $horizon
),
shown AS (
    SELECT
        mention.*,
        $open OR withheld.mention_id IS NULL AS is_shown,
        author.handle,
        author.name
    FROM source.core.mention AS mention
    SEMI JOIN told USING (mention_id)
    LEFT JOIN source.mart.withheld_mention AS withheld USING (mention_id)
    LEFT JOIN source.core.author AS author USING (author_key)
)
SELECT
    shown.mention_id,
    shown.published_at,
    shown.edited_at,
    shown.source,
    shown.channel,
    shown.kind,
    tag.language,
    tag.region,
    CASE
        WHEN title = '' THEN ''
        WHEN NOT is_shown THEN withheld()
        WHEN $open THEN title
        ELSE masked(title)
    END AS title,
    CASE
        WHEN shown.text = '' THEN ''
        WHEN NOT is_shown THEN withheld()
        WHEN $open THEN shown.text
        ELSE masked(shown.text)
    END AS text,
    CASE WHEN $open THEN nullif(shown.url, '') WHEN is_shown THEN unnamed(shown.url, handle) END AS url,
    __author__
    coalesce(shown.thread_id, shown.mention_id) AS thread_id,
    shown.parent_id,
    tag.author_brand_id AS said_by_brand_id,
    tag.sentiment,
    tag.intents,
    tag.topic_ids,
    coalesce(products.product_ids, []) AS product_ids,
    shown.rating,
    shown.content_hash,
    -- What people found of a suspicion is for those who read every text.
    coalesce(
        if($open, labels.labels, list_filter(labels.labels, lambda each: each.tagger <> 'flag')), []
    ) AS labels,
    coalesce(if($open, spans.spans, if(is_shown, spans.masked_spans, [])), []) AS spans,
    coalesce(looks.looks, []) AS looks
FROM shown
JOIN source.mart.mention_tag AS tag USING (mention_id)
LEFT JOIN mention_labels AS labels USING (mention_id)
LEFT JOIN mention_spans AS spans USING (mention_id)
LEFT JOIN mention_products AS products USING (mention_id)
LEFT JOIN mention_looks AS looks USING (mention_id)
ORDER BY shown.mention_id;

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
