-- What posts in a brand's field usually have engaged by an age.
SELECT brand_id, channel, said_by, age_h, posts, usual_engagement
FROM engagement_usual
