-- How the brand is spoken of.
SELECT
    *,
    (positive - negative) / nullif(negative + neutral + positive, 0) AS net_sentiment,
    if(negative + neutral + positive = 0, 'none_scored', NULL) AS net_sentiment_null_reason
FROM (
    SELECT
        count(*) AS mentions,
        count(*) FILTER (sentiment = 'negative') AS negative,
        count(*) FILTER (sentiment = 'neutral') AS neutral,
        count(*) FILTER (sentiment = 'positive') AS positive,
        count(*) FILTER (sentiment = 'abstained') AS abstained,
        count(*) FILTER (is_bad) AS bad
    FROM voice
    WHERE __where__
)
