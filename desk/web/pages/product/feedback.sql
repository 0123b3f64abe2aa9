-- How much was said, and what of it wants something.
SELECT
    count(*) AS mentions,
    count(*) FILTER (list_contains(intents, 'complaint')) AS complaints,
    count(*) FILTER (list_contains(intents, 'bug_report')) AS bug_reports,
    count(*) FILTER (list_contains(intents, 'suggestion')) AS suggestions,
    count(*) FILTER (list_contains(intents, 'question')) AS questions,
    count(*) FILTER (list_contains(intents, 'praise')) AS praise
FROM feedback_mention
WHERE __where__ AND NOT is_spam
