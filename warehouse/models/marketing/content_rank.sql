-- What engages in a brand's field: own posts, competitors', and everybody else's, newest look.
with ranked as (
    select
        about.mention_id,
        about.brand_id,
        about.published_at,
        about.source,
        about.channel,
        case
            when about.said_by_brand then 'brand'
            when about.author_brand_id is not null then 'other_brand'
            when about.source in {{ article_sources() }} then 'media'
            else 'public'
        end as said_by,
        about.topic_ids,
        about.sentiment,
        about.flag_kinds,
        look.observed_at,
        look.reach,
        look.engagement,
        {{ seconds_between("about.published_at", "look.observed_at") }} as age_s,
        row_number() over (
            partition by about.brand_id
            order by look.engagement desc, about.published_at desc, about.mention_id
        ) as rank_in_brand
    from {{ ref("brand_mention") }} as about
    join (
        select * from {{ ref("engagement_snapshot") }}
        where engagement is not null
        qualify row_number() over (partition by mention_id order by observed_at desc) = 1
    ) as look using (mention_id)
    where about.kind = 'post' and not about.is_spam
)
select
    ranked.mention_id,
    ranked.brand_id,
    ranked.published_at,
    ranked.source,
    ranked.channel,
    ranked.said_by,
    {{ mask_handles("mention.title") }} as title,
    case
        when list_has_any(ranked.flag_kinds, {{ privacy_flags() }})
            then '[withheld: it may expose personal data]'
        else {{ mask_handles("mention.text") }}
    end as text,
    {{ public_url("mention.url", "author.handle") }} as url,
    ranked.topic_ids,
    ranked.sentiment,
    ranked.observed_at,
    ranked.reach,
    ranked.engagement,
    ranked.rank_in_brand,
    {{ ratio("3600 * ranked.engagement", "greatest(ranked.age_s, 3600)") }} as engagement_per_hour
from ranked
join {{ source("core", "mention") }} as mention using (mention_id)
left join {{ source("core", "author") }} as author on author.author_key = mention.author_key
