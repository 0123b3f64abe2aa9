-- Which channels carry our pieces?
SELECT channel, count(*) AS pieces, sum(views) AS views, sum(engagement) AS engagement
FROM content_piece
WHERE brand_id = 'larkspur'
GROUP BY channel
ORDER BY engagement DESC NULLS LAST;
