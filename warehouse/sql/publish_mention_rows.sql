-- All there is to read of the mentions of __wanted__, for every team: as it stands, and where that is
-- something else, as those may read it who read no names (masked_ and shown_; NULL: the same). Sorted
-- once, so that in each file a mention is soon found.
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
        WHEN told.mention_id IN (SELECT mention_id FROM source.core.correction WHERE tagger = 'flag')
            THEN list_filter(told.labels, lambda each: each.tagger <> 'flag')
    END AS shown_labels,
    coalesce(told.spans, []) AS spans,
    CASE
        WHEN contains(mention.text, '@')
            OR mention.mention_id IN (SELECT mention_id FROM source.core.flag)
            THEN coalesce(told.masked_spans, [])
    END AS masked_spans,
    coalesce(told.looks, []) AS looks,
    withheld.mention_id IS NOT NULL AS is_withheld
FROM source.core.mention AS mention
SEMI JOIN __wanted__ AS wanted USING (mention_id)
JOIN source.mart.mention_tag AS tag USING (mention_id)
LEFT JOIN source.mart.mention_told AS told USING (mention_id)
LEFT JOIN source.mart.withheld_mention AS withheld USING (mention_id)
LEFT JOIN source.core.author AS author ON author.author_key = mention.author_key
ORDER BY mention.mention_id;
