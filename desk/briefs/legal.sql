-- Open flags for review, by kind
SELECT kind, count(*) AS flags, max(severity) AS severity, max(score) AS score, min(opened_at)::DATE AS since
FROM flag_open
GROUP BY kind
ORDER BY flags DESC, kind;

-- Suspected infringers
SELECT coalesce(author_handle, domain) AS seller, source, flags, mentions, round(max_score, 2) AS score
FROM infringement_suspect
ORDER BY max_score DESC, flags DESC, seller
LIMIT 5;

-- Try: why each flag was raised, and where the evidence lies
SELECT kind, round(score, 2) AS score, reason, evidence_ref
FROM flag_open
ORDER BY score DESC, flag_id
LIMIT 5;
