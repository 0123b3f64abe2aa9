-- What each stream could see, and when it said so.
SELECT stream, source, state, since, until, goes_on, reason, sealed_at
FROM taken
WHERE kind = 'mention' AND since IS NOT NULL AND until IS NOT NULL
ORDER BY stream, sealed_at, batch_id
