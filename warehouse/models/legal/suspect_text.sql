-- The same offer or copy, whoever posts it: one row for each text, near copies together.
with suspected as (
    select
        raised.*,
        author.handle as author_handle,
        open.flag_id is not null as is_open,
        {{ link_hosts("raised.text") }} as domains
    from {{ ref("flag_raised") }} as raised
    left join {{ source("core", "author") }} as author using (author_key)
    left join {{ ref("flag_open") }} as open using (flag_id)
    where raised.kind in ('counterfeit', 'trademark', 'impersonation', 'copied_text')
)
select
    cluster_id,
    list(distinct kind order by kind) as kinds,
    count(*) as flags,
    count(*) filter (is_open) as open_flags,
    count(distinct mention_id) as mentions,
    count(distinct author_key) as sellers,
    count(distinct mention_id) filter (author_key is null) as mentions_of_unknown,
    list_sort(list_distinct(flatten(list(domains)))) as domains,
    list(distinct source order by source) as sources,
    list_sort(list_distinct(flatten(list(brand_ids)))) as brand_ids,
    max(score) as max_score,
    max(severity) as severity,
    min(published_at) as first_at,
    max(published_at) as last_at,
    arg_min(text, (published_at, mention_id)) as first_text,
    arg_min(url, (published_at, mention_id)) as first_url,
    arg_min(author_handle, (published_at, mention_id)) as first_author_handle,
    arg_min(evidence_ref, (published_at, mention_id)) as first_evidence_ref
from suspected
group by cluster_id
