-- Exposed personal data, the gravest first.
SELECT exposure.*, left(mention.text, 120) AS said
FROM (
    SELECT *
    FROM privacy_exposure
    WHERE __where__
    ORDER BY severity DESC, max_score DESC, mention_id, kind
    LIMIT 50
) AS exposure
JOIN mention USING (mention_id)
ORDER BY exposure.severity DESC, exposure.max_score DESC, exposure.mention_id, exposure.kind
