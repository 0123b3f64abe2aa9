-- Who is heard in a brand's niche. Followers are shown and weigh nothing unless a setting says so:
-- a large account off the topic ranks below a small one on it. Posts of the last year count.
with about as (
    select brand_id, mention_id, author_key, published_at, engagement, topic_ids
    from {{ ref("brand_mention") }}
    where
        author_brand_id is null
        and author_key is not null
        and not is_spam
        and kind <> 'share'
        and published_at > {{ now_at() }} - interval {{ var("influencer_days") }} day
),
niche as (
    select brand_id, bool_or(len(topic_ids) > 0) as has_topics from about group by brand_id
),
by_author as (
    select
        about.brand_id,
        about.author_key,
        count(*) as posts,
        -- Without declared topics, the niche is the brand itself.
        count(*) filter (len(about.topic_ids) > 0 or not niche.has_topics) as posts_on_topic,
        count(about.engagement) as posts_counted,
        sum(about.engagement)::bigint as engagement,
        max(about.published_at) as last_at
    from about
    join niche using (brand_id)
    group by all
),
every_post as (
    select author_key, count(*) as posts_anywhere
    from {{ ref("mention_tag") }}
    where
        kind <> 'share'
        and published_at > {{ now_at() }} - interval {{ var("influencer_days") }} day
    group by author_key
),
answer as (
    select about.brand_id, about.author_key, answer.author_key as responder_key, answer.mention_id
    from about
    join {{ ref("mention_tag") }} as answer
        on answer.parent_id = about.mention_id
        and answer.author_key <> about.author_key
        and answer.author_brand_id is null
),
responder as (
    select
        answer.brand_id,
        answer.author_key,
        answer.responder_key,
        count(about.mention_id) as answers_about
    from answer
    left join about
        on about.mention_id = answer.mention_id and about.brand_id = answer.brand_id
    group by all
),
-- Who answered them, and how many of those talk about the brand in more than one answer.
answered as (
    select
        responder.brand_id,
        responder.author_key,
        count(*) as responders,
        count(*) filter (coalesce(fan.posts, 0) > least(responder.answers_about, 1))
            as responders_in_audience
    from responder
    left join by_author as fan
        on fan.brand_id = responder.brand_id and fan.author_key = responder.responder_key
    group by all
),
-- What is usual among the authors of a brand: one famous post does not move it.
usual as (
    select
        brand_id,
        sum(posts_on_topic) / sum(posts_anywhere) as share,
        quantile_disc({{ ratio("engagement", "posts_counted") }}, 0.5) as engagement_per_post,
        (coalesce(sum(responders_in_audience), 0) + 1) / (coalesce(sum(responders), 0) + 2.0)
            as overlap
    from by_author
    join every_post using (author_key)
    left join answered using (brand_id, author_key)
    group by brand_id
),
-- Few posts say little, so each part is drawn towards what is usual by the weight of two.
part as (
    select
        by_author.brand_id,
        by_author.author_key,
        by_author.posts,
        by_author.posts_on_topic,
        every_post.posts_anywhere,
        by_author.posts_counted,
        by_author.engagement,
        by_author.last_at,
        usual.engagement_per_post as usual_engagement_per_post,
        coalesce(answered.responders, 0) as responders,
        coalesce(answered.responders_in_audience, 0) as responders_in_audience,
        (by_author.posts_on_topic + 2 * usual.share) / (every_post.posts_anywhere + 2)
            as topical_share,
        (coalesce(by_author.engagement, 0) + 2 * usual.engagement_per_post)
        / (by_author.posts_counted + 2) as engagement_per_post,
        (coalesce(answered.responders_in_audience, 0) + 2 * usual.overlap)
        / (coalesce(answered.responders, 0) + 2) as audience_overlap,
        pow(
            0.5,
            greatest({{ seconds_between("by_author.last_at", now_at()) }}, 0)
            / (86400.0 * {{ var("influencer_half_life_days") }})
        ) as recency
    from by_author
    join every_post using (author_key)
    join usual using (brand_id)
    left join answered using (brand_id, author_key)
),
known as (
    select
        part.*,
        author.source,
        author.handle,
        author.verified,
        follower.followers,
        {{ var("influencer_follower_weight") }}::double as follower_weight,
        1 + {{ var("influencer_follower_weight") }} * ln(1 + coalesce(follower.followers, 0))
            as follower_part
    from part
    join {{ source("core", "author") }} as author using (author_key)
    left join (
        select author_key, arg_max(followers, observed_at) as followers
        from {{ source("core", "author_follower") }}
        group by author_key
    ) as follower using (author_key)
),
scored as (
    select
        known.*,
        case
            when engagement_per_post is null then 'no_counts_in_brand'
            when posts_counted = 0 then 'no_counts'
        end as engagement_null_reason,
        -- Where nobody's engagement is known, it tells nobody apart.
        topical_share * coalesce(ln(1 + engagement_per_post), 1) * audience_overlap * recency
        * follower_part as relevance
    from known
)
select
    brand_id,
    author_key,
    source,
    handle as author_handle,
    verified,
    posts,
    posts_on_topic,
    posts_anywhere,
    engagement,
    responders,
    responders_in_audience,
    last_at,
    followers,
    follower_weight,
    topical_share,
    engagement_per_post,
    audience_overlap,
    recency,
    follower_part,
    relevance,
    engagement_null_reason,
    row_number() over (partition by brand_id order by relevance desc, author_key) as rank_in_brand
from scored
-- Everybody else is a private person, whose handle is not for this file.
where
    verified
    or followers >= {{ var("influencer_public_followers") }}
    or (
        posts >= {{ var("influencer_min_posts") }}
        and (
            responders >= {{ var("influencer_min_responders") }}
            or {{ ratio("engagement", "posts_counted") }} >= greatest(
                usual_engagement_per_post, {{ var("influencer_min_engagement") }}
            )
        )
    )
