-- What each release changed, all topics together, the newest first.
SELECT
    release_change.*,
    released_on - days_before::INTEGER AS before_from,
    released_on - 1 AS before_until,
    released_on AS after_from,
    released_on + days_after::INTEGER - 1 AS after_until
FROM release_change
WHERE __where__ AND topic_id = '(all)'
ORDER BY released_on DESC, release_id
LIMIT 50
