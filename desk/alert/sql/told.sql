-- What a stream said that it did not see wholly, and its newest looks, so many as asked.
SELECT sealed_at, since, until, state, reason
FROM taken
WHERE
    rowid IN (
        SELECT rowid FROM taken
        WHERE stream = ? AND kind = 'mention' AND state <> 'complete'
        UNION
        SELECT rowid FROM (
            SELECT rowid FROM taken
            WHERE stream = ? AND kind = 'mention'
            ORDER BY sealed_at DESC, batch_id DESC LIMIT ?
        )
    )
    AND since IS NOT NULL AND until IS NOT NULL
ORDER BY sealed_at, batch_id
