-- Who offers or copies what is ours: one row for each seller and the domain the offer leads to.
with linked as (
    select
        open.*,
        regexp_extract(open.text, 'https?://\S+') as link
    from {{ ref("flag_open") }} as open
    where open.kind in ('counterfeit', 'trademark', 'impersonation', 'copied_text')
),
placed as (
    select
        linked.*,
        coalesce(author_key, '(unknown)') as seller,
        coalesce(nullif({{ host("link") }}, ''), nullif({{ host("url") }}, ''), '(none)') as domain,
        coalesce(cluster.cluster_id, linked.mention_id) as cluster_id
    from linked
    left join {{ source("core", "duplicate_cluster") }} as cluster using (mention_id)
)
select
    seller as author_key,
    domain,
    max(author_handle) as author_handle,
    max(author_name) as author_name,
    max(source) as source,
    list(distinct kind order by kind) as kinds,
    count(*) as flags,
    count(distinct mention_id) as mentions,
    count(distinct cluster_id) as texts,
    max(score) as max_score,
    max(severity) as severity,
    min(published_at) as first_at,
    max(published_at) as last_at,
    arg_min(url, (published_at, mention_id)) as first_url,
    arg_min(evidence_ref, (published_at, mention_id)) as first_evidence_ref
from placed
group by seller, domain
