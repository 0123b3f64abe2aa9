-- Which mentions may expose somebody's data, and by which kind; the data itself is not copied.
select
    mention_id,
    kind,
    count(*) as spans,
    list(distinct rule order by rule) filter (rule is not null) as rules,
    max(score) as max_score,
    max(severity) as severity,
    min(opened_at) as opened_at,
    any_value(published_at) as published_at,
    any_value(source) as source,
    any_value(url) as url,
    any_value(author_key) as author_key,
    any_value(author_handle) as author_handle,
    any_value(evidence_ref) as evidence_ref
from {{ ref("flag_open") }}
where list_contains({{ privacy_flags() }}, kind)
group by mention_id, kind
