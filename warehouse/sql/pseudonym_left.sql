-- How many authors have no new name.
SELECT count(*)
FROM (
    SELECT author_key FROM core.author
    UNION SELECT author_key FROM core.mention WHERE author_key IS NOT NULL
    UNION SELECT author_key FROM core.mention_version WHERE author_key IS NOT NULL
    UNION SELECT author_key FROM core.author_follower
)
WHERE author_key NOT IN (SELECT old_key FROM renaming);
