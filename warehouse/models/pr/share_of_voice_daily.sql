-- Every brand on every day from the first mention to the last look, among the brands it competes
-- with. Near copies count once, on the day of the earliest of them that is about the brand.
{{ config(materialized="incremental") }}
with heard as (
    select mention_id, brand_id, day, cluster_id, author_key, published_at, is_spam
    from {{ ref("brand_mention") }}
    where
        {{ stale_days() }}
        and author_brand_id is null
        and not said_by_brand
        and relation <> 'owned'
),
first_copy as (
    select brand_id, arg_min(mention_id, (published_at, mention_id)) as mention_id
    from {{ ref("brand_mention") }}
    where
        author_brand_id is null
        and not said_by_brand
        and relation <> 'owned'
        and not is_spam
        {%- if is_partial() %}
        and cluster_id in (select cluster_id from heard)
        {%- endif %}
    group by brand_id, cluster_id
),
voice as (
    select heard.*, first_copy.mention_id is not null as is_first_copy
    from heard
    left join first_copy using (mention_id, brand_id)
    where not heard.is_spam
),
counted as (
    select
        brand_id,
        day,
        count(*) as mentions,
        count(*) filter (is_first_copy) as mentions_deduped,
        count(distinct author_key) as authors
    from voice
    group by brand_id, day
),
spam as (
    select brand_id, day, count(*) as spam from heard where is_spam group by brand_id, day
),
-- An own brand's set is itself and its competitors; a competitor is in the sets that list it.
own_set as (
    select brand_id, brand_id as member_id from {{ source("core", "competitor") }}
    union
    select brand_id, competitor_id from {{ source("core", "competitor") }}
),
brand_set as (
    select brand_id, member_id from own_set
    union
    select pair.competitor_id, own_set.member_id
    from {{ source("core", "competitor") }} as pair
    join own_set using (brand_id)
),
summed as (
    select
        brand_set.brand_id,
        voice.day,
        count(*) as mentions_all_brands,
        count(*) filter (voice.is_first_copy) as mentions_deduped_all_brands,
        count(distinct voice.mention_id) as mentions_of_set
    from brand_set
    join voice on voice.brand_id = brand_set.member_id
    group by brand_set.brand_id, voice.day
),
daily as (
    select
        coverage.day,
        coverage.brand_id,
        brand.role as brand_role,
        coalesce(counted.mentions, 0) as mentions,
        coalesce(counted.mentions_deduped, 0) as mentions_deduped,
        coalesce(counted.authors, 0) as authors,
        coalesce(spam.spam, 0) as spam,
        case when named.brand_id is not null then coalesce(summed.mentions_all_brands, 0) end
            as mentions_all_brands,
        case when named.brand_id is not null then coalesce(summed.mentions_deduped_all_brands, 0) end
            as mentions_deduped_all_brands,
        case when named.brand_id is not null then coalesce(summed.mentions_of_set, 0) end
            as mentions_of_set,
        coverage.coverage,
        coverage.coverage_reason
    from {{ ref("coverage_day") }} as coverage
    join {{ source("core", "brand") }} as brand using (brand_id)
    left join counted using (brand_id, day)
    left join spam using (brand_id, day)
    left join summed using (brand_id, day)
    left join (select distinct brand_id from brand_set) as named using (brand_id)
    where {{ stale_days("coverage.brand_id, coverage.day") }}
)
select
    daily.*,
    {{ ratio("mentions", "mentions_all_brands") }} as share_of_voice,
    {{ ratio("mentions_deduped", "mentions_deduped_all_brands") }} as share_of_voice_deduped,
    case
        when mentions_all_brands is null then 'no_competitors'
        when mentions_all_brands = 0 then 'no_mentions'
    end as share_null_reason,
    case
        when mentions_all_brands is null then 'no_competitors'
        when mentions_all_brands = 0 then 'no_mentions'
        when mentions_deduped_all_brands = 0 then 'copies_only'
    end as share_deduped_null_reason
from daily
