-- What engages in a brand's field and in its industry: own posts, competitors', and everybody
-- else's of the last half year, at the newest look, beside what is usual at that age.
with newest as (
    select
        mention_id,
        max(observed_at) as observed_at,
        arg_max(reach, observed_at) as reach,
        arg_max(engagement, observed_at) as engagement
    from {{ ref("engagement_snapshot") }}
    where
        engagement is not null
        and published_at >= {{ now_at() }} - interval {{ var("usual_engagement_days") }} day
    group by mention_id
),
aged as (
    select
        post.*,
        newest.observed_at,
        newest.reach,
        newest.engagement,
        {{ seconds_between("post.published_at", "newest.observed_at") }} as age_s,
        {{ age_span_h("age_s") }} as age_h
    from {{ ref("field_post") }} as post
    join newest using (mention_id)
),
compared as (
    select
        aged.*,
        coalesce(usual.posts, 0) as usual_posts,
        case when usual.posts >= {{ var("usual_engagement_min_posts") }} then usual.usual_engagement
        end as usual_engagement
    from aged
    left join {{ ref("usual_engagement") }} as usual using (brand_id, channel, said_by, age_h)
)
select
    compared.mention_id,
    compared.brand_id,
    compared.published_at,
    compared.source,
    compared.channel,
    compared.said_by,
    {{ shown_text("compared.mention_id", "mention.title") }} as title,
    {{ shown_text("compared.mention_id", "mention.text") }} as text,
    {{ public_url("mention.url", "author.handle") }} as url,
    compared.topic_ids,
    compared.sentiment,
    compared.observed_at,
    compared.age_h,
    compared.reach,
    compared.engagement,
    row_number() over (
        partition by compared.brand_id
        order by compared.engagement desc, compared.published_at desc, compared.mention_id
    ) as rank_in_brand,
    {{ ratio("3600 * compared.engagement", "greatest(compared.age_s, 3600)") }}
        as engagement_per_hour,
    compared.usual_posts,
    compared.usual_engagement,
    {{ ratio("compared.engagement", "compared.usual_engagement") }} as times_usual,
    case
        when compared.usual_engagement is null then 'too_few_posts'
        when compared.usual_engagement = 0 then 'usual_is_zero'
    end as times_usual_null_reason
from compared
-- By the moment, too, so that older texts are not looked through.
join (
    select mention_id, author_key, title, text, url
    from {{ source("core", "mention") }}
    where published_at >= {{ now_at() }} - interval {{ var("usual_engagement_days") }} day
) as mention using (mention_id)
left join {{ source("core", "author") }} as author on author.author_key = mention.author_key
