-- The mentions of one piece, in the order they were said. Variables: piece, and those of world.sql.
CREATE OR REPLACE TEMP TABLE said AS
WITH spine AS (
    SELECT begins, from_n, until_n, unnest(range(from_n, until_n)) AS n
    FROM hour WHERE piece = getvariable('piece')
),

timed AS (
    SELECT
        n,
        date_trunc('second', begins + to_seconds(
            3599 * (n - from_n + chance(n, 'second')) / (until_n - from_n)
        )) AS published_at
    FROM spine
)

SELECT
    n,
    published_at,
    least(time_bucket(INTERVAL 30 MINUTE, published_at) + INTERVAL 30 MINUTE, getvariable('until'))
        AS observed_at,
    stream, source, part, host, target, relation,
    -- Somebody turns to the brand by its handle.
    part = 'care' OR (part = 'mastodon' AND chance(n, 'call') < 0.2) AS calls,
    CASE
        WHEN part = 'mastodon' THEN CASE
            WHEN u < 0.62 THEN 'post' WHEN u < 0.88 THEN 'reply' WHEN u < 0.95 THEN 'own_reply'
            ELSE 'share'
        END
        WHEN part = 'hackernews' THEN CASE
            WHEN u < 0.15 THEN 'post' WHEN u < 0.99 THEN 'reply' ELSE 'own_reply'
        END
        WHEN part = 'appstore' THEN 'review'
        WHEN part = 'posts' THEN 'own_post'
        WHEN part = 'care' THEN if(u < 0.55, 'post', 'own_reply')
        WHEN host LIKE 'forum%' AND u < 0.6 THEN 'reply'
        ELSE 'post'
    END AS role
FROM (
    SELECT *, chance(n, 'role') AS u, floor(chance(n, 'stream') * 2000)::BIGINT AS slot
    FROM timed
)
JOIN slot USING (slot);

-- Who answers whom: a reply one of the last posts of its part, the brand one of the last callers.
CREATE OR REPLACE TEMP TABLE counted AS
WITH told AS (
    SELECT
        *,
        role IN ('post', 'own_post') AS is_root,
        calls AND role IN ('post', 'reply') AS is_ask,
        role = 'post' AND part IN ('mastodon', 'rss', 'web') AND NOT calls AS is_public
    FROM said
),

-- An original may be copied, and a copy says the words of one of the last, or the day's story.
parted AS (
    SELECT
        * EXCLUDE (is_public),
        is_public AND chance(n, 'copy') >= 0.15 AS is_original,
        is_public AND chance(n, 'copy') < 0.15 AS is_copy
    FROM told
)

SELECT
    *,
    -- Not count(*) FILTER: DuckDB 1.5.5 counts that over again for every row (2026-11-22).
    sum(is_root::BIGINT) OVER same::BIGINT AS roots,
    sum(is_ask::BIGINT) OVER same::BIGINT AS asks,
    sum(is_original::BIGINT) OVER (ORDER BY n)::BIGINT AS originals
FROM parted
WINDOW same AS (PARTITION BY part ORDER BY n);

CREATE OR REPLACE TEMP TABLE placed AS
WITH root AS (SELECT part, roots AS root_no, n AS root_n FROM counted WHERE is_root),

ask AS (SELECT part, asks AS ask_no, n AS ask_n FROM counted WHERE is_ask),

original AS (SELECT originals AS original_no, n AS original_n FROM counted WHERE is_original),

story AS (
    SELECT day_of(published_at) AS story_day, min(n) AS story_n FROM counted
    WHERE is_original AND source = 'rss' GROUP BY story_day
),

-- NULL where it needs none, so that each is found by one plain equality.
wanting AS (
    SELECT
        * EXCLUDE (roots, asks, originals),
        if(role IN ('reply', 'share', 'own_reply'), roots - back(n, 'root', 3, roots), NULL)
            AS root_no,
        if(role = 'own_reply', asks - back(n, 'ask', 4, asks), NULL) AS ask_no,
        if(is_copy, originals - floor(exp(chance(n, 'original') * ln(2000)))::BIGINT, NULL)
            AS original_no,
        if(is_copy AND chance(n, 'story') < 0.4, day_of(published_at), NULL) AS story_day
    FROM counted
)

SELECT
    w.* EXCLUDE (root_no, ask_no, original_no, story_day),
    if(w.role = 'own_reply', coalesce(ask_n, root_n), root_n) AS parent_n,
    coalesce(if(story_n < w.n, story_n, NULL), original_n, w.n) AS text_n
FROM wanting AS w
LEFT JOIN root USING (part, root_no)
LEFT JOIN ask USING (part, ask_no)
LEFT JOIN original USING (original_no)
LEFT JOIN story USING (story_day);

-- What it is about: told by the first that said these words. ------------------------------------
CREATE OR REPLACE TEMP TABLE about AS
WITH branded AS (
    SELECT
        p.*,
        o.source AS text_source,
        p.role IN ('own_reply', 'own_post') OR p.host = 'larkspur.example' AS is_own,
        chance(p.text_n, 'intent') AS intent_u,
        chance(p.text_n, 'topic') AS topic_u,
        CASE
            WHEN p.calls OR p.role IN ('own_reply', 'own_post') OR o.relation = 'owned'
                THEN 'larkspur'
            WHEN o.target = 'cindral' OR o.target LIKE '%77' THEN 'cindral'
            WHEN o.target = 'ovenbird' THEN 'ovenbird'
            WHEN chance(p.text_n, 'brand') < 0.62 THEN 'larkspur'
            WHEN chance(p.text_n, 'brand') < 0.80 THEN 'cindral'
            WHEN chance(p.text_n, 'brand') < 0.92 THEN 'ovenbird'
        END AS brand_id
    FROM placed AS p JOIN placed AS o ON o.n = p.text_n
)

SELECT
    *,
    CASE
        WHEN brand_id = 'larkspur' AND chance(text_n, 'product') < 0.45 THEN 'brewone'
        WHEN brand_id = 'larkspur' AND chance(text_n, 'product') < 0.62 THEN 'toastline'
        WHEN brand_id = 'cindral' AND chance(text_n, 'product') < 0.2 THEN 'cindral-home'
    END AS product_id,
    CASE
        WHEN is_own OR brand_id IS NULL OR chance(text_n, 'both') >= 0.06 THEN NULL
        WHEN brand_id = 'larkspur' THEN 'cindral' ELSE 'larkspur'
    END AS other_id,
    CASE
        WHEN is_own THEN 'none'
        WHEN intent_u < 0.18 THEN 'complaint'
        WHEN intent_u < 0.30 THEN if(calls, 'support', 'question')
        WHEN intent_u < 0.44 THEN 'praise' WHEN intent_u < 0.50 THEN 'suggestion'
        WHEN intent_u < 0.54 THEN 'purchase' WHEN intent_u < 0.56 THEN 'churn'
        WHEN intent_u < 0.60 THEN 'support' WHEN intent_u < 0.63 THEN 'spam'
        WHEN intent_u < 0.68 THEN 'bug_report' ELSE if(calls, 'question', 'none')
    END AS intent,
    -- The topics are not equally common, and what is common wanders from quarter to quarter.
    CASE WHEN topic_u < 0.6 THEN (
        floor(12 * pow(topic_u / 0.6, 1.7))
        + date_diff('quarter', first_day(), day_of(published_at))
    )::BIGINT % 12 + 1 END AS topic_no,
    CASE
        WHEN is_own THEN NULL
        WHEN chance(text_n, 'lang') < 0.7 THEN 'en' WHEN chance(text_n, 'lang') < 0.85 THEN 'de'
        WHEN chance(text_n, 'lang') < 0.95 THEN 'es' ELSE 'fr'
    END AS language,
    CASE
        WHEN part = 'mastodon' AND NOT is_own AND role = 'post' AND chance(n, 'edit') < 0.015
            AND published_at < getvariable('until') - INTERVAL 2 DAY
            THEN 2
        ELSE 1
    END AS version_no,
    CASE WHEN NOT is_own AND chance(text_n, 'flag') < 0.01 THEN pick(text_n, 'kind', [
        'counterfeit', 'counterfeit', 'trademark', 'impersonation', 'copied_text', 'personal_data',
        'personal_data', 'doxxing', 'credential_leak', 'document_leak', 'threat', 'safety',
        'safety', 'legal_talk', 'legal_talk'
    ]) END AS flag
FROM branded;
