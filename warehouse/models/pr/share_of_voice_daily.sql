-- Every brand on every day from the first mention to the last. Near copies count once, on the
-- day of the earliest of them that is about the brand.
with heard as (
    select
        *,
        row_number() over (
            partition by brand_id, cluster_id order by published_at, mention_id
        ) = 1 as is_first_copy
    from {{ ref("brand_mention") }}
    where not said_by_brand and relation <> 'owned'
),
counted as (
    select
        coverage.day,
        coverage.brand_id,
        count(heard.mention_id) as mentions,
        count(*) filter (heard.is_first_copy) as mentions_deduped,
        count(distinct heard.author_key) as authors,
        coverage.coverage,
        coverage.coverage_reason
    from {{ ref("coverage_day") }} as coverage
    left join heard using (brand_id, day)
    group by all
),
summed as (
    select
        counted.*,
        sum(mentions) over (partition by day)::bigint as mentions_all_brands,
        sum(mentions_deduped) over (partition by day)::bigint as mentions_deduped_all_brands
    from counted
)
select
    day,
    brand_id,
    brand.role as brand_role,
    mentions,
    mentions_deduped,
    authors,
    mentions_all_brands,
    mentions_deduped_all_brands,
    coverage,
    coverage_reason,
    {{ ratio("mentions", "mentions_all_brands") }} as share_of_voice,
    {{ ratio("mentions_deduped", "mentions_deduped_all_brands") }} as share_of_voice_deduped,
    case when mentions_all_brands = 0 then 'no_mentions' end as share_null_reason
from summed
join {{ source("core", "brand") }} as brand using (brand_id)
