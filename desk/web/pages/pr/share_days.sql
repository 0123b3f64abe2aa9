-- The days that share of voice is summed of, the newest first.
SELECT *
FROM share_of_voice_daily
WHERE __where__
ORDER BY day DESC, brand_id
