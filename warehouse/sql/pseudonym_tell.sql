-- Gives authors their new names wherever they are named; returns how many there are.
CREATE OR REPLACE TEMP TABLE renamed_once AS SELECT DISTINCT old_key, new_key FROM renaming;

UPDATE core.mention SET author_key = n.new_key
FROM renamed_once AS n WHERE mention.author_key = n.old_key;
UPDATE core.mention_version SET author_key = n.new_key
FROM renamed_once AS n WHERE mention_version.author_key = n.old_key;
UPDATE core.author_follower SET author_key = n.new_key
FROM renamed_once AS n WHERE author_follower.author_key = n.old_key;
UPDATE core.author SET author_key = n.new_key
FROM renamed_once AS n WHERE author.author_key = n.old_key;

SELECT count(*) FROM core.author;
