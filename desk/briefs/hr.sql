-- Our own people and handles, the newest weeks
SELECT week, channel, handles, posts, replies, engagement
FROM participation_week
ORDER BY week DESC, channel
LIMIT 5;

-- Try: what is said of us as an employer
SELECT week, subject, mentions, authors, negative, positive
FROM employer_talk
ORDER BY week DESC, subject
LIMIT 5;
