CREATE MACRO share_of_voice(since, until) AS TABLE
SELECT
    brand_id,
    sum(mentions) AS mentions,
    sum(mentions_all_brands) AS mentions_all_brands,
    count_if(coverage <> 'complete') AS days_not_whole,
    sum(mentions) / nullif(sum(mentions_all_brands), 0) AS share_of_voice
FROM share_of_voice_daily
WHERE day BETWEEN since AND until
GROUP BY brand_id
ORDER BY share_of_voice DESC NULLS LAST, brand_id;

COMMENT ON MACRO TABLE share_of_voice IS
    'Each brand''s share of all mentions of its competitor set, first to last day included.';

CREATE MACRO net_sentiment(brand, since, until) AS TABLE
SELECT
    sum(negative) AS negative,
    sum(neutral) AS neutral,
    sum(positive) AS positive,
    sum(abstained) AS abstained,
    (sum(positive) - sum(negative)) / nullif(sum(scored), 0) AS net_sentiment_of_all,
    (sum(positive) - sum(negative)) / nullif(sum(positive) + sum(negative), 0)
        AS net_sentiment_of_polar
FROM sentiment_daily
WHERE brand_id = brand AND day BETWEEN since AND until;

COMMENT ON MACRO TABLE net_sentiment IS
    'Net sentiment of a brand over days, both definitions, with the counts they are made of.';
