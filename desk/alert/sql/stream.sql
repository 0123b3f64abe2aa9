-- Every stream that was looked at, and when first.
SELECT stream, min(source), max(goes_on), min(sealed_at)
FROM taken
WHERE kind = 'mention' AND since IS NOT NULL AND until IS NOT NULL
GROUP BY stream
ORDER BY stream
