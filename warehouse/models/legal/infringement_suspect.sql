-- Who offers or copies what is ours: one row for each seller and each domain the offers lead to.
-- A seller nobody knows is told apart by source and text.
with suspected as (
    select
        raised.*,
        author.handle as author_handle,
        author.name as author_name,
        open.flag_id is not null as is_open,
        coalesce(raised.author_key, '(unknown) ' || raised.source || ' ' || raised.cluster_id)
            as seller
    from {{ ref("flag_raised") }} as raised
    left join {{ source("core", "author") }} as author using (author_key)
    left join {{ ref("flag_open") }} as open using (flag_id)
    where raised.kind in ('counterfeit', 'trademark', 'impersonation', 'copied_text')
),
linked as (
    select suspected.flag_id, unnest({{ link_hosts("suspected.text") }}) as domain
    from suspected
),
-- Fakes link to the original as well.
abroad as (
    select linked.*
    from linked
    anti join (
        select domain
        from {{ source("core", "domain") }}
        join {{ source("core", "brand") }} using (brand_id)
        where role = 'own'
    ) as own on linked.domain = own.domain or ends_with(linked.domain, '.' || own.domain)
),
placed as (
    select
        suspected.*,
        coalesce(abroad.domain, nullif({{ host("suspected.url") }}, ''), '(none)') as domain
    from suspected
    left join abroad using (flag_id)
)
select
    seller as author_key,
    domain,
    max(author_handle) as author_handle,
    max(author_name) as author_name,
    max(source) as source,
    list(distinct kind order by kind) as kinds,
    count(*) as flags,
    count(*) filter (is_open) as open_flags,
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
