-- What a mention thinks of each brand and product it is about: the one place where a person, the
-- sentiment towards the target and the sentiment of the whole mention are weighed. A person's word
-- on the brand stands first; one on the whole mention where it is about that brand alone.
{{ config(materialized="incremental") }}
with matched as (
    select mention_id, brand_id, product_id
    from {{ ref("mention_brand") }}
),
about as (
    select mention_id, brand_id, product_id from matched
    union
    select mention_id, brand_id, '' from matched
),
alone as (
    select mention_id
    from matched
    group by mention_id
    having count(distinct brand_id) = 1
),
judged as (
    select label.*, case when label.abstained is null then label.label end as counted
    from {{ ref("target_label") }} as label
    join {{ ref("mention") }} as mention using (mention_id, content_hash)
    semi join matched
        on matched.mention_id = label.mention_id and matched.brand_id = label.brand_id
        and matched.product_id = label.product_id
    {{ only_newest("label.mention_id, label.brand_id, label.product_id", "'target'") }}
),
-- Of the brand as a whole: what is thought of itself, where that is good or bad; else what is
-- thought of its products, mixed where some are liked and some are not. The same in the load's
-- correction_said.sql.
brand as (
    select
        mention_id,
        brand_id,
        coalesce(
            max(counted) filter (product_id = '' and counted <> 'neutral'),
            case count(distinct counted) filter (counted <> 'neutral')
                when 0 then max(counted)
                when 1 then max(counted) filter (counted <> 'neutral')
            end
        ) as counted,
        if(count(counted) > 0, 'mixed', arg_min(abstained, product_id)) as abstained
    from judged
    group by mention_id, brand_id
),
target as (
    select
        brand.mention_id,
        brand.brand_id,
        '' as product_id,
        coalesce(brand.counted, 'abstained') as sentiment,
        if(brand.counted is null, brand.abstained, null) as abstained_reason,
        max(judged.p) filter (
            brand.counted is null or judged.counted is not distinct from brand.counted
        ) as p,
        max(judged.version) as version
    from brand
    join judged using (mention_id, brand_id)
    group by all
    union all
    select
        mention_id, brand_id, product_id, coalesce(counted, 'abstained'), abstained, p, version
    from judged
    where product_id <> ''
),
decided as (
    select mention_id, target as brand_id, label
    from {{ ref("correction_standing") }}
    where tagger = 'sentiment'
)
select
    about.mention_id,
    about.brand_id,
    about.product_id,
    coalesce(towards.label, whole.label, target.sentiment, said.sentiment, 'abstained')
        as sentiment,
    case
        when towards.label is not null or whole.label is not null then null
        when target.sentiment is not null then target.abstained_reason
        else said.abstained_reason
    end as abstained_reason,
    cast(if(target.sentiment is not null, target.p, said.p) as double) as p,
    case
        when towards.label is not null then 'target'
        when whole.label is null and target.sentiment is not null then 'target'
        else 'mention'
    end as sentiment_of,
    if(target.sentiment is not null, target.version, said.version) as version,
    towards.label is not null or whole.label is not null as corrected
from about
left join target using (mention_id, brand_id, product_id)
left join {{ ref("mention_sentiment") }} as said using (mention_id)
left join decided as towards using (mention_id, brand_id)
left join alone using (mention_id)
left join decided as whole
    on whole.mention_id = alone.mention_id and whole.brand_id = ''
