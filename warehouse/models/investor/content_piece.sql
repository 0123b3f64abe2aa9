-- What the brands themselves published, and how it fared at the newest look.
select
    tag.mention_id,
    tag.author_brand_id as brand_id,
    tag.published_at,
    tag.channel,
    {{ mask_handles("mention.title") }} as title,
    {{ mask_handles("mention.text") }} as text,
    nullif(mention.url, '') as url,
    look.observed_at,
    look.views,
    look.engagement,
    coalesce(answer.answers, 0) as answers,
    coalesce(answer.negative, 0) as answers_negative,
    coalesce(answer.positive, 0) as answers_positive
from {{ ref("mention_tag") }} as tag
join {{ source("core", "mention") }} as mention using (mention_id)
left join (
    select * from {{ ref("engagement_snapshot") }}
    qualify row_number() over (partition by mention_id order by observed_at desc) = 1
) as look using (mention_id)
left join (
    select
        parent_id,
        count(*) as answers,
        count(*) filter (sentiment = 'negative') as negative,
        count(*) filter (sentiment = 'positive') as positive
    from {{ ref("mention_tag") }}
    where author_brand_id is null
    group by parent_id
) as answer on answer.parent_id = tag.mention_id
where tag.author_brand_id is not null and tag.parent_id is null
