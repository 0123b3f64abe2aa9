-- How a mention fared at each look, with the followers its author had at that date, and those of
-- the time it was posted: whom it could reach.
{{ config(materialized="incremental") }}
{{ built_after("stale_before") }}
with follower as (
    {%- if is_partial() %}
    -- Of what was seen before any of these mentions, only the last of each author.
    {%- set is_late = since("observed_at", "select min(published_at) from " ~ ref("mention")) %}
    select author_key, max(observed_at) as observed_at, arg_max(followers, observed_at) as followers
    from {{ source("core", "author_follower") }}
    where author_key in (select author_key from {{ ref("mention") }}) and not {{ is_late }}
    group by author_key
    union all
    select author_key, observed_at, followers
    from {{ source("core", "author_follower") }}
    where author_key in (select author_key from {{ ref("mention") }}) and {{ is_late }}
    {%- else %}
    select author_key, observed_at, followers from {{ source("core", "author_follower") }}
    {%- endif %}
),
known as (
    select
        look.mention_id,
        look.observed_at,
        mention.author_key,
        author.brand_id as author_brand_id,
        mention.published_at,
        look.likes,
        look.shares,
        look.comments,
        look.views,
        look.followers
    from {{ ref("look") }} as look
    join {{ ref("mention") }} as mention using (mention_id)
    left join {{ source("core", "author") }} as author using (author_key)
),
dated as (
    select known.* replace (coalesce(known.followers, seen.followers) as followers)
    from known
    asof left join follower as seen
        on known.author_key = seen.author_key and known.observed_at >= seen.observed_at
),
-- Known when it was posted, else the soonest after; of one moment, what was seen at this mention.
posted as (
    select
        mention_id,
        author_key,
        published_at,
        min(observed_at) filter (followers is not null) as own_seen_at,
        arg_min(followers, observed_at) filter (followers is not null) as own_followers
    from known
    group by mention_id, author_key, published_at
),
at_post as (
    select
        posted.mention_id,
        coalesce(
            before.followers,
            case when posted.own_seen_at <= after.observed_at then posted.own_followers end,
            after.followers,
            posted.own_followers
        ) as followers
    from posted
    asof left join follower as before
        on posted.author_key = before.author_key and posted.published_at >= before.observed_at
    asof left join follower as after
        on posted.author_key = after.author_key and posted.published_at < after.observed_at
),
-- Below a brand's own post its own replies are no audience; below anybody else's, no brand's are.
own_answer as (
    select dated.mention_id, dated.observed_at, count(*) as answers
    from dated
    join {{ ref("own_reply") }} as reply
        on reply.parent_id = dated.mention_id
        and reply.replied_at <= dated.observed_at
        and reply.brand_id = coalesce(dated.author_brand_id, reply.brand_id)
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
    at_post.followers as followers_at_post,
    coalesce(own_answer.answers, 0) as own_answers,
    case
        when coalesce(dated.likes, dated.shares, dated.comments) is not null
            then coalesce(dated.likes, 0) + coalesce(dated.shares, 0) + coalesce(dated.comments, 0)
    end as engagement,
    nullif(
        concat_ws(
            '+',
            if(dated.likes is null, null, 'likes'),
            if(dated.shares is null, null, 'shares'),
            if(dated.comments is null, null, 'comments')
        ),
        ''
    ) as engagement_of,
    -- greatest() passes over NULL, which would turn an unknown into 0.
    case
        when dated.comments is not null
            then greatest(dated.comments - coalesce(own_answer.answers, 0), 0)
    end as conversation,
    coalesce(dated.views, at_post.followers) as reach,
    case
        when dated.views is not null then 'impressions'
        when at_post.followers is not null then 'potential'
    end as reach_kind
from dated
left join at_post using (mention_id)
left join own_answer using (mention_id, observed_at)
