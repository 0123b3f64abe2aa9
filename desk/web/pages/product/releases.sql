-- What each release changed, all topics together, the newest first.
SELECT *
FROM release_change
WHERE __where__ AND topic_id = '(all)'
ORDER BY released_on DESC, release_id
LIMIT 50
