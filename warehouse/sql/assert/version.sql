-- A mention stands in one of its versions, and these are numbered from 1 without a gap.
SELECT mention_id, version_no, versions, standing
FROM (
    SELECT
        m.mention_id,
        m.version_no,
        count(v.content_hash) AS versions,
        min(v.version_no) AS first_no,
        max(v.version_no) AS last_no,
        count(DISTINCT v.version_no) AS numbers,
        count(DISTINCT v.content_hash) AS contents,
        any_value(v.version_no) FILTER (v.content_hash = m.content_hash) AS standing
    FROM mention_check AS m LEFT JOIN version_check AS v USING (mention_id)
    GROUP BY m.mention_id, m.version_no
)
WHERE standing IS DISTINCT FROM version_no
    OR first_no <> 1 OR last_no <> versions OR numbers <> versions OR contents <> versions
LIMIT 5;
