-- A mention stands in one of its versions, and these are numbered from 1 without a gap.
SELECT m.mention_id, m.version_no, v.versions, v.standing
FROM core.mention AS m SEMI JOIN touched USING (mention_id)
LEFT JOIN (
    SELECT
        v.mention_id,
        count(*) AS versions,
        min(v.version_no) AS first_no,
        max(v.version_no) AS last_no,
        count(DISTINCT v.version_no) AS numbers,
        any_value(v.version_no) FILTER (v.content_hash = m.content_hash) AS standing
    FROM core.mention_version AS v JOIN core.mention AS m USING (mention_id)
    SEMI JOIN touched USING (mention_id)
    GROUP BY v.mention_id
) AS v USING (mention_id)
WHERE v.standing IS DISTINCT FROM m.version_no
    OR v.first_no <> 1 OR v.last_no <> v.versions OR v.numbers <> v.versions
LIMIT 5;
