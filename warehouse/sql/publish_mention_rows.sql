-- All there is to read of the mentions of __wanted__, for every team: as it stands, and where that is
-- something else, as those may read it who read no names (masked_ and shown_; NULL: the same). Sorted
-- once, so that in each file a mention is soon found. Rows are found by their key, and only theirs read.
CREATE OR REPLACE TEMP TABLE __into__ AS
SELECT
    mention.mention_id,
    mention.published_at,
    mention.edited_at,
    mention.source,
    mention.channel,
    mention.kind,
    tag.language,
    tag.region,
    mention.title,
    CASE WHEN contains(mention.title, '@') THEN masked(mention.title) END AS masked_title,
    mention.text,
    CASE WHEN contains(mention.text, '@') THEN masked(mention.text) END AS masked_text,
    nullif(mention.url, '') AS url,
    unnamed(mention.url, author.handle) AS unnamed_url,
    author.handle,
    author.name,
    mention.thread_id,
    mention.parent_id,
    tag.author_brand_id AS said_by_brand_id,
    tag.sentiment,
    tag.intents,
    tag.topic_ids,
    coalesce(told.product_ids, []) AS product_ids,
    mention.rating,
    mention.content_hash,
    coalesce(told.labels, []) AS labels,
    -- What is suspected, and what people found of it, is for those who read every text.
    CASE
        WHEN found.mention_id IS NOT NULL
            THEN list_filter(told.labels, lambda each: each.tagger <> 'flag')
    END AS shown_labels,
    coalesce(told.spans, []) AS spans,
    CASE
        WHEN contains(mention.text, '@') OR suspected.mention_id IS NOT NULL
            THEN coalesce(told.masked_spans, [])
    END AS masked_spans,
    coalesce(told.looks, []) AS looks,
    withheld.mention_id IS NOT NULL AS is_withheld
FROM (
    SELECT * FROM source.core.mention WHERE rowid IN (
        SELECT mention.rowid FROM source.core.mention SEMI JOIN __wanted__ USING (mention_id)
    )
) AS mention
JOIN (
    SELECT * FROM source.mart.mention_tag WHERE rowid IN (
        SELECT mention_tag.rowid FROM source.mart.mention_tag SEMI JOIN __wanted__ USING (mention_id)
    )
) AS tag USING (mention_id)
LEFT JOIN source.mart.mention_told AS told USING (mention_id)
LEFT JOIN source.mart.withheld_mention AS withheld USING (mention_id)
LEFT JOIN source.core.author AS author ON author.author_key = mention.author_key
LEFT JOIN (
    SELECT DISTINCT mention_id FROM source.core.correction WHERE tagger = 'flag'
) AS found ON found.mention_id = mention.mention_id
LEFT JOIN (
    SELECT DISTINCT mention_id FROM source.core.flag
) AS suspected ON suspected.mention_id = mention.mention_id
ORDER BY mention.mention_id;
