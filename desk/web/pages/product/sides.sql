-- What each release changed, of everything first, then topic by topic.
SELECT *
FROM release_change
WHERE __where__
ORDER BY released_on DESC, release_id, topic_id <> '(all)', problem_voices_after DESC, topic_id
