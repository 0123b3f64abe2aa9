-- What the taggers say of the mentions of one piece, as the load writes it. -----------------------
CREATE OR REPLACE TEMP TABLE judged AS
SELECT
    *,
    CASE
        WHEN sentiment = 'negative' THEN [sure, rest * 0.7, rest * 0.3]
        WHEN sentiment = 'positive' THEN [rest * 0.3, rest * 0.7, sure]
        ELSE [rest * 0.6, sure, rest * 0.4]
    END::FLOAT[] AS p,
    CASE
        WHEN language = 'fr' THEN 'language' WHEN chance(text_n, 'abstain') < 0.04 THEN 'mixed'
        WHEN chance(text_n, 'abstain') < 0.08 THEN 'border'
    END AS abstained
FROM (
    SELECT
        *,
        CASE
            WHEN intent IN ('complaint', 'churn', 'bug_report') AND mood < 0.85 THEN 'negative'
            WHEN intent = 'praise' AND mood < 0.9 THEN 'positive'
            WHEN mood < 0.65 THEN 'neutral' WHEN mood < 0.8 THEN 'negative' ELSE 'positive'
        END AS sentiment,
        0.5 + 0.45 * chance(text_n, 'sure') AS sure,
        0.5 - 0.45 * chance(text_n, 'sure') AS rest
    FROM (
        SELECT
            m.*, v.content_hash AS said_hash,
            chance(m.text_n, 'mood') AS mood
        FROM mention_made AS m
        JOIN (SELECT n, unnest(if(version_no = 2, [content_hash, standing_hash], [content_hash]))
            AS content_hash FROM mention_made) AS v USING (n)
    )
);

INSERT INTO core.label BY NAME
SELECT mention_id, said_hash AS content_hash, said.*
FROM (
    SELECT
        *,
        unnest([
            {'tagger': 'language', 'version': '1+growth', 'label': coalesce(language, 'en'),
             'p': NULL::FLOAT, 'abstained': NULL::VARCHAR,
             'probabilities': NULL::STRUCT(id VARCHAR, p FLOAT)[]},
            {'tagger': 'sentiment', 'version': '1+growth', 'label': sentiment,
             'p': list_max(p), 'abstained': abstained,
             'probabilities': [{'id': 'negative', 'p': p[1]}, {'id': 'neutral', 'p': p[2]},
                {'id': 'positive', 'p': p[3]}]},
            {'tagger': 'emotion', 'version': '2+growth', 'label': emotion, 'p': sure::FLOAT,
             'abstained': NULL, 'probabilities': [{'id': emotion, 'p': sure::FLOAT}]},
            {'tagger': 'irony', 'version': '2+growth', 'label': if(irony >= 0.5, 'irony', 'none'),
             'p': greatest(irony, 1 - irony), 'abstained': NULL,
             'probabilities': [{'id': 'irony', 'p': irony}]},
            {'tagger': 'offensive', 'version': '2+growth',
             'label': if(offensive >= 0.5, 'offensive', 'none'),
             'p': greatest(offensive, 1 - offensive), 'abstained': NULL,
             'probabilities': [{'id': 'offensive', 'p': offensive}]},
            {'tagger': 'intent', 'version': '2+growth', 'label': intent, 'p': sure::FLOAT,
             'abstained': NULL, 'probabilities': list_transform(
                ['complaint', 'question', 'suggestion', 'praise', 'purchase', 'churn', 'support',
                 'spam', 'bug_report'],
                lambda id: {'id': id, 'p': if(id = intent, sure, rest / 8)::FLOAT})}
        ]) AS said
    FROM (
        SELECT
            *,
            if(sentiment = 'negative', pick(text_n, 'emotion', ['anger', 'sadness']),
                pick(text_n, 'emotion', ['joy', 'optimism'])) AS emotion,
            pow(chance(text_n, 'irony'), 4)::FLOAT AS irony,
            pow(chance(text_n, 'offensive'), 5)::FLOAT AS offensive
        FROM judged
    )
)
-- Outside the languages they know, the heads but sentiment and intent are silent.
WHERE language IS DISTINCT FROM 'fr' OR said.tagger NOT IN ('emotion', 'irony', 'offensive')
ORDER BY n;

CREATE OR REPLACE TEMP TABLE match_made AS
SELECT
    n, mention_id, b.brand_id, b.product_id, b.matched, is_own, text,
    CASE
        WHEN relation = 'owned' AND b.brand_id = 'larkspur' OR is_own THEN 'owned'
        WHEN calls AND b.brand_id = 'larkspur' THEN 'tagged'
        WHEN part = 'mastodon' AND chance(text_n, 'hash') < 0.25 THEN 'tagged'
        WHEN part = 'mastodon' THEN 'untagged'
        ELSE 'off_channel'
    END AS relation
FROM (
    SELECT
        *,
        unnest(list_concat(
            [{'brand_id': brand_id, 'product_id': coalesce(product_id, ''), 'matched': matched}],
            if(product_id IS NOT NULL AND chance(text_n, 'whole') < 0.3,
                [{'brand_id': brand_id, 'product_id': '', 'matched': matched}], []),
            if(other_id IS NOT NULL,
                [{'brand_id': other_id, 'product_id': '', 'matched': other}], [])
        )) AS b
    FROM mention_made WHERE brand_id IS NOT NULL
);

INSERT INTO core.mention_brand BY NAME
SELECT
    mention_id, brand_id, product_id, relation, strpos(text, matched) - 1 AS start,
    strpos(text, matched) - 1 + len(matched) AS "end", matched
FROM match_made ORDER BY n;

INSERT INTO core.target_label BY NAME
SELECT
    j.mention_id, j.said_hash AS content_hash, b.brand_id, b.product_id, '1+growth' AS version,
    if(b.brand_id = j.brand_id, j.sentiment, 'neutral') AS label,
    if(b.brand_id = j.brand_id, list_max(j.p), 0.6) AS p, j.abstained,
    if(b.brand_id = j.brand_id, [{'id': 'negative', 'p': j.p[1]}, {'id': 'neutral', 'p': j.p[2]},
        {'id': 'positive', 'p': j.p[3]}], [{'id': 'negative', 'p': 0.2::FLOAT},
        {'id': 'neutral', 'p': 0.6::FLOAT}, {'id': 'positive', 'p': 0.2::FLOAT}]) AS probabilities
FROM judged AS j JOIN match_made AS b USING (n)
WHERE NOT j.is_own ORDER BY n;

INSERT INTO core.mention_topic BY NAME
SELECT
    mention_id, topic_id, (0.35 + 0.6 * chance(text_n, 'topical'))::FLOAT AS p,
    '1+growth' AS version
FROM mention_made WHERE topic_id IS NOT NULL
UNION ALL
SELECT mention_id, if(topic_id = 'price', 'service', 'price'), 0.4, '1+growth'
FROM mention_made WHERE topic_id IS NOT NULL AND chance(text_n, 'second topic') < 0.08;

INSERT INTO core.entity BY NAME
SELECT mention_id, start, start + len(text) AS "end", type, text, canonical
FROM (
    SELECT
        n, mention_id, matched AS text, if(product_id = '', 'brand', 'product') AS type,
        matched AS canonical, strpos(text, matched) - 1 AS start
    FROM match_made
    UNION ALL
    SELECT n, mention_id, city, 'place', city, strpos(text, ' in ' || city) + 3
    FROM mention_made WHERE chance(text_n, 'where') < 0.5
)
ORDER BY n;

INSERT INTO core.flag BY NAME
SELECT
    substr(sha256(concat_ws(chr(31), mention_id, flag, start, start + 10, 'words')), 1, 32)
        AS flag_id,
    mention_id, flag AS kind, start, start + 10 AS "end",
    (0.4 + 0.55 * chance(text_n, 'suspect'))::FLOAT AS p, 'words' AS rule,
    'an offer beside the name' AS reason, '2+growth' AS version
FROM (SELECT *, strpos(text, '(') AS start FROM mention_made WHERE flag IS NOT NULL)
ORDER BY n;

INSERT INTO core.mention_band BY NAME
SELECT mention_id, hash(text_n, unnest(range(16)), getvariable('seed')) AS band
FROM mention_made ORDER BY n;

INSERT INTO core.embedding BY NAME
SELECT
    mention_id, '1+growth' AS version,
    -- Uniform parts of such a width make a vector of length 1.
    list_transform(range(384), lambda i: ((chance(text_n, i) - 0.5) * 0.1768)::FLOAT)::FLOAT[384]
        AS vector
FROM mention_made
WHERE published_at >= getvariable('until') - to_days(getvariable('embedding_days'))
ORDER BY n;
