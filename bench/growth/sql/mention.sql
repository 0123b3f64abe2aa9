-- Words, authors and ids of one piece, and what the load writes of them. --------------------------
CREATE OR REPLACE TEMP TABLE worded AS
WITH named AS (
    SELECT
        a.*,
        CASE a.product_id
            WHEN 'brewone' THEN 'BrewOne' WHEN 'toastline' THEN 'Toastline'
            WHEN 'cindral-home' THEN 'Cindral Home' ELSE CASE a.brand_id
                WHEN 'larkspur' THEN 'Larkspur' WHEN 'cindral' THEN 'Cindral'
                WHEN 'ovenbird' THEN 'Ovenbird' ELSE 'coffee maker' END
        END AS matched,
        CASE a.other_id WHEN 'larkspur' THEN 'Larkspur' WHEN 'cindral' THEN 'Cindral' END AS other,
        t.topic_ids[a.topic_no] AS topic_id,
        pick(a.text_n, 'city', [
            'Hamburg', 'Leeds', 'Sevilla', 'Lyon', 'Graz', 'Porto', 'Bergen', 'Gent'
        ]) AS city,
        -- Zipf with a flat top: nobody says more than some thousandths of all.
        floor(
            200 * (exp(chance(a.n, 'author') * ln(1 + getvariable('mentions') / 400.0)) - 1)
        )::BIGINT AS author_no,
        pick(a.text_n, 'example', coalesce(t.examples[a.topic_no], ['it does what it should']))
            AS example
    FROM about AS a CROSS JOIN topic_name AS t
),

written AS (
    SELECT
        *,
        if(calls AND NOT is_own, '@larkspur ', '')
        || if(role = 'own_reply', '@user' || author_no || ' ', '')
        || CASE
            WHEN is_own THEN pick(n, 'answer', [
                'thank you for telling us', 'sorry to hear that', 'we are on it', 'good question',
                'here is what helps', 'that should not happen', 'glad you like it'
            ]) || ': ' || matched || ' ' || pick(n, 'mend', [
                'can be reset with the button at the back', 'has a new firmware since Tuesday',
                'is still under warranty, send us the number on its base',
                'will be back in the shops next month', 'likes its tank descaled every few weeks'
            ])
            ELSE pick(text_n, 'open', [
                'ok so', 'honestly', 'anybody else?', 'three weeks in and', 'to be fair',
                'my neighbour says', 'update:', 'first impression:', 'after a year of use', 'well,',
                'I should have known', 'for the second time this month', 'not to complain but', 'so'
            ]) || ' ' || if(chance(text_n, 'hash') < 0.25, 'my #', 'the ') || matched || ', '
            || example
            || CASE intent
                WHEN 'complaint' THEN ' and I am fed up' WHEN 'praise' THEN ' and I love it'
                WHEN 'question' THEN ', does anybody know why?'
                WHEN 'support' THEN ', can you help?'
                WHEN 'suggestion' THEN ', it would be nice to change that'
                WHEN 'churn' THEN ', I am switching' WHEN 'purchase' THEN ', should I buy one?'
                WHEN 'spam' THEN ' win one at https://prize.example/' || text_n % 97
                WHEN 'bug_report' THEN ' since the update' ELSE '' END
            || if(other IS NULL, '', ', unlike ' || other)
        END
        || if(flag IS NULL, '', ' (' || replace(flag, '_', ' ') || ', see http://shop'
            || text_n % 53 || '.example)')
        || if(chance(text_n, 'work') < 0.01, pick(text_n, 'job', [
            ', says an employee', ', as I heard at my job interview', ', and the wages are low'
        ]), '')
        || ' ' || pick(text_n, 'more', [
            'and nobody told us', 'which explains a lot', 'if you ask me', 'for that price',
            'but I can live with that', 'while the rain falls', 'and that is all I have to say',
            'so think twice', 'until next time', 'and the kids want one too', 'because why not',
            'at seven in the morning'
        ]) || if(chance(text_n, 'where') < 0.5, ' in ' || city, '') AS words
    FROM named
)

SELECT
    *,
    if(part IN ('rss', 'web') AND role = 'post', matched || ': ' || example, '') AS title,
    if(
        part IN ('rss', 'web') AND role = 'post',
        words || repeat('. The makers of kitchen machines were asked and had little to say', 3)
        || '. No ' || text_n, words || ' ' || text_n
    ) AS text,
    id_of(source, n) AS mention_id,
    substr(sha256('content' || n), 1, 32) AS content_hash,
    CASE
        WHEN part = 'mastodon' AND is_own AND role = 'own_reply'
            THEN '@larkspur_care@social.example'
        WHEN part = 'mastodon' AND is_own THEN '@larkspur@social.example'
        WHEN part = 'mastodon' AND role = 'post' AND chance(n, 'rival') < 0.01
            THEN pick(n, 'rival', ['@cindral@social.example', '@ovenbird_home@social.example'])
        WHEN part = 'mastodon' THEN '@user' || author_no || '@social.example'
        WHEN part = 'hackernews' AND is_own THEN 'larkspur_eng'
        WHEN part = 'care' AND is_own THEN 'larkspur_care'
        WHEN part = 'posts' THEN 'larkspur'
        WHEN part IN ('rss', 'web') AND chance(n, 'unsigned') < 0.2 THEN NULL
        ELSE 'user' || author_no
    END AS handle,
    CASE part
        WHEN 'care' THEN 'messages'
        WHEN 'posts' THEN pick(n, 'channel', ['photo', 'photo', 'video'])
        ELSE source
    END AS channel
FROM written;

CREATE OR REPLACE TEMP TABLE mention_made AS
SELECT
    *,
    author_of(source, handle) AS author_key,
    if(version_no = 2, substr(sha256('edited' || n), 1, 32), content_hash) AS standing_hash,
    if(version_no = 2, observed_at + INTERVAL 1 DAY, observed_at) AS standing_at
FROM (
    SELECT
        *,
        -- What it will have got in the end: most nothing much, a few a lot.
        least(floor(2 * exp(wait(text_n, 'fame'))), 200000)::BIGINT AS likes,
        least(floor(0.6 * exp(0.9 * wait(text_n, 'fame'))), 50000)::BIGINT AS shares,
        least(floor(0.8 * exp(0.8 * wait(text_n, 'fame'))), 50000)::BIGINT AS comments
    FROM worded
);

INSERT INTO core.mention BY NAME
SELECT
    mention_id, source, native_of(n) AS native_id,
    CASE
        WHEN role = 'review' THEN 'review' WHEN role = 'share' THEN 'share'
        WHEN parent_n IS NOT NULL AND part <> 'care' THEN 'comment' ELSE 'post'
    END AS kind,
    channel, title, if(version_no = 2, text || ' (edited)', text) AS text,
    CASE part
        WHEN 'appstore' THEN '' WHEN 'care' THEN '' WHEN 'posts' THEN ''
        WHEN 'hackernews' THEN 'https://news.ycombinator.com/item?id=' || native_of(n)
        ELSE 'http://' || host || '/p/' || native_of(n)
    END AS url,
    author_key, published_at,
    if(version_no = 2, standing_at - INTERVAL 1 HOUR, NULL) AS edited_at,
    observed_at,
    id_of(source, parent_n) AS parent_id,
    if(part = 'hackernews', id_of(source, coalesce(parent_n, n)), NULL) AS thread_id,
    if(part = 'mastodon', coalesce(language, 'en'), '') AS lang,
    if(part = 'appstore', left(target, 2), '') AS region,
    if(part = 'appstore', 1 + floor(5 * chance(n, 'rating')), NULL) AS rating,
    CASE
        WHEN part IN ('care', 'posts') THEN 'larkspur' WHEN part = 'appstore' THEN brand_id
        WHEN relation = 'owned' THEN 'larkspur'
    END AS mapped_brand_id,
    if(part = 'posts' AND chance(n, 'campaign') < 0.4,
        pick(n, 'which', ['mend-it', 'sage-green']), NULL) AS campaign,
    if(part = 'posts' AND chance(n, 'experiment') < 0.3, 'exp-question', NULL) AS experiment,
    if(part = 'posts' AND chance(n, 'experiment') < 0.3,
        pick(n, 'arm', ['statement', 'question']), NULL) AS arm,
    relation = 'owned' AS owned, false AS private,
    standing_hash AS content_hash, version_no, []::VARCHAR[] AS warnings,
    standing_at AS fetched_at, standing_at AS loaded_at,
    batch_of('mention', stream, standing_at) AS batch_id
FROM mention_made ORDER BY n;

INSERT INTO core.mention_version BY NAME
SELECT
    mention_id, v.content_hash, v.version_no, title, text || v.more AS text, v.edited_at,
    v.observed_at, author_key, handle,
    if(part = 'mastodon', name_of(handle), NULL) AS author_name, NULL AS verified,
    batch_of('mention', stream, v.observed_at) AS batch_id
FROM (
    SELECT
        *,
        unnest(list_concat(
            [{'content_hash': content_hash, 'version_no': 1, 'more': '',
              'edited_at': NULL::TIMESTAMPTZ, 'observed_at': observed_at}],
            if(version_no = 2, [
                {'content_hash': standing_hash, 'version_no': 2, 'more': ' (edited)',
                 'edited_at': standing_at - INTERVAL 1 HOUR, 'observed_at': standing_at}
            ], [])
        )) AS v
    FROM mention_made
) ORDER BY n;

INSERT INTO core.author BY NAME
SELECT
    author_key, source, handle, any_value(name) AS name, NULL AS verified,
    (SELECT min(h.brand_id) FROM core.handle AS h
        WHERE h.channel IN (found.source, any_value(found.channel))
            AND lower(ltrim(h.handle, '@')) = lower(ltrim(found.handle, '@'))) AS brand_id
FROM (
    SELECT
        author_key, source, channel, handle,
        if(part = 'mastodon', name_of(handle), NULL) AS name
    FROM mention_made WHERE handle IS NOT NULL
) AS found
ANTI JOIN core.author USING (author_key)
GROUP BY author_key, source, handle;

INSERT INTO core.mention_stream BY NAME
SELECT mention_id, stream FROM mention_made ORDER BY n;

INSERT INTO core.mention_stream BY NAME
SELECT m.mention_id, s.stream
FROM mention_made AS m JOIN stream AS s ON s.source = m.source
WHERE m.part = 'mastodon' AND chance(m.n, 'also') < 0.08 AND s.stream <> m.stream
    AND s.target IN ('coffee', 'brewone') AND (s.target = 'coffee') = (chance(m.n, 'tag') < 0.5);

INSERT INTO core.mention_query BY NAME
SELECT
    mention_id,
    CASE WHEN brand_id <> 'larkspur' THEN 'competitors' WHEN product_id IS NULL THEN 'brand'
        ELSE 'products' END AS query_id
FROM mention_made WHERE brand_id IS NOT NULL AND relation <> 'owned' ORDER BY n;

INSERT INTO core.duplicate_cluster BY NAME
SELECT m.mention_id, id_of(m.text_source, m.text_n) AS cluster_id FROM mention_made AS m ORDER BY n;
