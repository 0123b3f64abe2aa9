-- What is to be told of each recent mention, and of those under suspicion, besides its words: what
-- it says by whose judgement, where in its text, and how it fared. Once for all teams. $horizon.
-- Lists are sorted when they are whole: an ordered aggregate takes three times as long (2026-11-23).
CREATE TEMP TABLE IF NOT EXISTS recent AS
SELECT mention_id, content_hash, text
FROM source.core.mention
WHERE published_at >= $horizon OR mention_id IN (SELECT mention_id FROM source.core.flag);

CREATE TEMP TABLE IF NOT EXISTS mention_labels AS
WITH current AS (
    SELECT label.*
    FROM source.core.label AS label
    SEMI JOIN recent USING (mention_id, content_hash)
    LEFT JOIN source.core.tagger_version AS made USING (tagger, version)
    QUALIFY row_number() OVER (
        PARTITION BY mention_id, tagger
        ORDER BY greatest(made.retagged_at, made.tagged_at) DESC NULLS LAST, version DESC
    ) = 1
),
towards AS (
    SELECT label.*
    FROM source.core.target_label AS label
    SEMI JOIN recent USING (mention_id, content_hash)
    LEFT JOIN source.core.tagger_version AS made
        ON made.tagger = 'target' AND made.version = label.version
    QUALIFY row_number() OVER (
        PARTITION BY mention_id, brand_id, product_id
        ORDER BY greatest(made.retagged_at, made.tagged_at) DESC NULLS LAST, label.version DESC
    ) = 1
),
intent AS (
    SELECT mention_id, version, unnest(probabilities) AS scored FROM current WHERE tagger = 'intent'
),
said AS (
    SELECT mention_id, 1 AS place, tagger, '' AS target, label, p, abstained, version
    FROM current
    WHERE tagger <> 'intent'
    UNION ALL
    SELECT
        mention_id, 2, 'target', concat_ws('/', brand_id, nullif(product_id, '')), label, p,
        abstained, version
    FROM towards
    UNION ALL
    SELECT mention_id, 3, 'intent', scored.id, 'yes', scored.p, NULL, intent.version
    FROM intent
    JOIN source.mart.mention_tag AS tag USING (mention_id)
    WHERE list_contains(tag.intents, scored.id) OR (tag.is_spam AND scored.id = 'spam')
    UNION ALL
    SELECT mention_id, 4, 'topic', topic_id, 'yes', p, NULL, version
    FROM source.core.mention_topic
    SEMI JOIN recent USING (mention_id)
    UNION ALL
    SELECT mention_id, 0, tagger, target, label, NULL, NULL, 'a person'
    FROM source.mart.correction
    WHERE state = 'standing'
)
SELECT
    mention_id,
    list_transform(
        list_sort(list(
            {
                'place': place, 'tagger': tagger, 'target': target, 'label': label, 'p': p,
                'abstained': abstained, 'version': version
            }
        )),
        lambda each: {
            'tagger': each.tagger, 'target': each.target, 'label': each.label, 'p': each.p,
            'abstained': each.abstained, 'version': each.version
        }
    ) AS labels
FROM said
GROUP BY mention_id;

-- In masked text a place is where what stands before it ends.
CREATE TEMP TABLE IF NOT EXISTS mention_spans AS
WITH place AS (
    SELECT mention_id, start, "end", 'target' AS kind, concat_ws('/', brand_id, nullif(product_id, '')) AS name
    FROM source.core.mention_brand
    WHERE start IS NOT NULL
    UNION ALL
    SELECT mention_id, start, "end", 'entity', type FROM source.core.entity
    UNION ALL
    SELECT mention_id, start, "end", 'flag', kind FROM source.core.flag WHERE start IS NOT NULL
)
SELECT
    mention_id,
    list_sort(list({'start': start, 'end': "end", 'kind': kind, 'name': name})) AS spans,
    list_sort(list(
        {
            'start': if(contains(text, '@'), length(masked(left(text, start))), start)::INTEGER,
            'end': if(contains(text, '@'), length(masked(left(text, "end"))), "end")::INTEGER,
            'kind': kind,
            'name': name
        }
    ) FILTER (kind <> 'flag')) AS masked_spans
FROM place
JOIN recent USING (mention_id)
GROUP BY mention_id;

CREATE TEMP TABLE IF NOT EXISTS mention_looks AS
SELECT
    mention_id,
    list_sort(list(
        {
            'observed_at': observed_at, 'likes': likes, 'shares': shares, 'comments': comments,
            'views': views
        }
    )) AS looks
FROM source.core.engagement
SEMI JOIN recent USING (mention_id)
GROUP BY mention_id;

CREATE TEMP TABLE IF NOT EXISTS mention_products AS
SELECT mention_id, list(DISTINCT product_id ORDER BY product_id) AS product_ids
FROM source.core.mention_brand
SEMI JOIN recent USING (mention_id)
WHERE product_id <> ''
GROUP BY mention_id;
