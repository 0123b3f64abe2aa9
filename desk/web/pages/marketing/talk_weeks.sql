-- Where talk comes from, the newest week first.
SELECT *
FROM reference
WHERE __where__
ORDER BY week DESC, mentions DESC, outlet, channel, source, relation, brand_id
