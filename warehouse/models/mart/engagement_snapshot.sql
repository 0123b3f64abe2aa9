-- How a mention fared at each look, with the followers its author had at that date.
with known as (
    select
        look.mention_id,
        look.observed_at,
        mention.author_key,
        mention.published_at,
        look.likes,
        look.shares,
        look.comments,
        look.views,
        look.followers
    from {{ source("core", "engagement") }} as look
    join {{ source("core", "mention") }} as mention using (mention_id)
),
dated as (
    select known.* replace (coalesce(known.followers, seen.followers) as followers)
    from known
    asof left join {{ source("core", "author_follower") }} as seen
        on known.author_key = seen.author_key and known.observed_at >= seen.observed_at
),
own_answer as (
    select dated.mention_id, dated.observed_at, count(*) as answers
    from dated
    join {{ ref("own_reply") }} as reply
        on reply.parent_id = dated.mention_id and reply.replied_at <= dated.observed_at
    group by all
)
select
    dated.mention_id,
    dated.observed_at,
    dated.published_at,
    dated.likes,
    dated.shares,
    dated.comments,
    dated.views,
    dated.followers,
    coalesce(own_answer.answers, 0) as own_answers,
    case
        when coalesce(dated.likes, dated.shares, dated.comments) is not null
            then coalesce(dated.likes, 0) + coalesce(dated.shares, 0) + coalesce(dated.comments, 0)
    end as engagement,
    -- greatest() passes over NULL, which would turn an unknown into 0.
    case
        when dated.comments is not null
            then greatest(dated.comments - coalesce(own_answer.answers, 0), 0)
    end as conversation,
    coalesce(dated.views, dated.followers) as reach,
    case
        when dated.views is not null then 'impressions'
        when dated.followers is not null then 'potential'
    end as reach_kind
from dated
left join own_answer using (mention_id, observed_at)
