-- What the model says of each label in `asked`, in the words a person would use. An intent holds
-- from 0.5, the tagger's own line; topics and flags are known of the standing content only. What is
-- thought of a brand as a whole follows the rule of the model `brand_sentiment`.
WITH label AS (
    SELECT label.mention_id, label.content_hash, label.tagger, label.version, label.label,
        label.abstained, label.probabilities
    FROM core.label AS label SEMI JOIN asked USING (mention_id, content_hash)
    LEFT JOIN core.tagger_version AS made USING (tagger, version)
    QUALIFY row_number() OVER (
        PARTITION BY label.mention_id, label.content_hash, label.tagger
        ORDER BY greatest(made.retagged_at, made.tagged_at) DESC NULLS LAST, label.version DESC
    ) = 1
),

whole AS (
    SELECT mention_id, content_hash, tagger, '' AS target,
        if(abstained IS NULL, label, 'abstained') AS said, version
    FROM label WHERE tagger <> 'intent'
    UNION ALL
    SELECT mention_id, content_hash, tagger, scored.id,
        CASE WHEN scored.p >= 0.5 THEN 'yes' WHEN scored.p < 0.5 THEN 'no' END, version
    FROM (
        SELECT mention_id, content_hash, tagger, version, unnest(probabilities) AS scored
        FROM label WHERE tagger = 'intent'
    )
),

-- A mention that was tagged at all has every topic and flag that was found.
standing AS (
    SELECT DISTINCT asked.mention_id, asked.content_hash, asked.tagger, asked.target
    FROM asked JOIN core.mention AS mention USING (mention_id, content_hash)
    WHERE asked.tagger IN ('topic', 'flag')
        AND asked.mention_id IN (SELECT mention_id FROM core.label)
),

target AS (
    SELECT label.mention_id, label.content_hash, brand_id, product_id, label.version,
        CASE WHEN abstained IS NULL THEN label END AS counted
    FROM core.target_label AS label SEMI JOIN asked USING (mention_id, content_hash)
    LEFT JOIN core.tagger_version AS made
        ON made.tagger = 'target' AND made.version = label.version
    QUALIFY row_number() OVER (
        PARTITION BY label.mention_id, label.content_hash, brand_id, product_id
        ORDER BY greatest(made.retagged_at, made.tagged_at) DESC NULLS LAST, label.version DESC
    ) = 1
),

said AS (
    SELECT * FROM whole
    UNION ALL
    SELECT mention_id, content_hash, 'sentiment', brand_id,
        coalesce(
            max(counted) FILTER (product_id = '' AND counted <> 'neutral'),
            CASE count(DISTINCT counted) FILTER (counted <> 'neutral')
                WHEN 0 THEN max(counted)
                WHEN 1 THEN max(counted) FILTER (counted <> 'neutral')
            END,
            'abstained'
        ),
        max(version)
    FROM target
    GROUP BY mention_id, content_hash, brand_id
    UNION ALL
    SELECT standing.*, if(max(topic.topic_id) IS NULL, 'no', 'yes'), max(topic.version)
    FROM standing
    LEFT JOIN core.mention_topic AS topic
        ON topic.mention_id = standing.mention_id AND topic.topic_id = standing.target
    WHERE standing.tagger = 'topic'
    GROUP BY ALL
    UNION ALL
    SELECT standing.*, if(max(flag.flag_id) IS NULL, 'dismissed', 'confirmed'), max(flag.version)
    FROM standing
    LEFT JOIN core.flag AS flag
        ON flag.mention_id = standing.mention_id AND flag.kind = standing.target
    WHERE standing.tagger = 'flag'
    GROUP BY ALL
)

SELECT
    asked.tagger,
    asked.target,
    mention.source,
    coalesce(spoken.label, '') AS language,
    asked.content_hash,
    asked.decided,
    said.said,
    said.version,
    asked.content_hash <> mention.content_hash AS stale
FROM asked
JOIN core.mention AS mention USING (mention_id)
LEFT JOIN said
    ON said.mention_id = asked.mention_id AND said.content_hash = asked.content_hash
    AND said.tagger = asked.tagger AND said.target = asked.target
LEFT JOIN label AS spoken
    ON spoken.mention_id = asked.mention_id AND spoken.content_hash = asked.content_hash
    AND spoken.tagger = 'language'
ORDER BY ALL;
