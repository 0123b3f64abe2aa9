CREATE MACRO pieces_of(brand, since, until) AS TABLE
SELECT published_at, channel, title, views, engagement, answers, net_sentiment_of_all, url
FROM content_piece
WHERE brand_id = brand AND CAST(published_at AS DATE) BETWEEN since AND until
ORDER BY views DESC NULLS LAST, published_at;

COMMENT ON MACRO TABLE pieces_of IS 'What a brand published between two days (UTC), most seen first.';
