-- What was seen wholly: as swept, and by what was taken up since.
SELECT stream, since, until FROM span
UNION ALL
SELECT stream, since, until
FROM taken
WHERE
    taken_at >= coalesce((SELECT max(swept_at) FROM span), -1)
    AND kind = 'mention' AND state = 'complete' AND since IS NOT NULL AND until IS NOT NULL
