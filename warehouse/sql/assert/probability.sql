-- Every probability is one, and classes of which one must hold add up to 1.
SELECT *
FROM (
    SELECT
        mention_id, tagger, [scored.p for scored in probabilities] AS shares,
        tagger = 'sentiment' AS is_whole
    FROM core.label WHERE rowid >= $since AND probabilities IS NOT NULL
    UNION ALL
    SELECT mention_id, 'target', [scored.p for scored in probabilities], true
    FROM core.target_label WHERE rowid >= $since
)
WHERE len(list_filter(shares, lambda share: NOT coalesce(share BETWEEN 0 AND 1, true))) > 0
    OR (is_whole AND len(list_filter(shares, lambda share: share IS NULL)) = 0
        AND list_sum(shares) NOT BETWEEN 0.99 AND 1.01)
LIMIT 5;
