-- Who is heard in a brand's niche. Followers are shown and weigh nothing: a large account off
-- the topic ranks below a small one on it.
with about as (
    select
        brand_id,
        mention_id,
        author_key,
        published_at,
        engagement,
        topic_ids,
        bool_or(len(topic_ids) > 0) over (partition by brand_id) as has_topics
    from {{ ref("brand_mention") }}
    where author_brand_id is null and author_key is not null and not is_spam and kind <> 'share'
),
by_author as (
    select
        brand_id,
        author_key,
        count(*) as posts,
        -- Without declared topics, the niche is the brand itself.
        count(*) filter (len(topic_ids) > 0 or not has_topics) as posts_on_topic,
        count(engagement) as posts_counted,
        coalesce(sum(engagement), 0)::bigint as engagement,
        max(published_at) as last_at
    from about
    group by all
),
every_post as (
    select author_key, count(*) as posts_anywhere
    from {{ ref("mention_tag") }}
    where kind <> 'share'
    group by author_key
),
-- Who answered them, and how many of those talk about the brand elsewhere too.
answered as (
    select
        about.brand_id,
        about.author_key,
        count(distinct answer.author_key) as responders,
        count(distinct answer.author_key) filter (fan.author_key is not null)
            as responders_in_audience
    from about
    join {{ ref("mention_tag") }} as answer
        on answer.parent_id = about.mention_id
        and answer.author_key <> about.author_key
        and answer.author_brand_id is null
    left join (select distinct brand_id, author_key, mention_id from about) as fan
        on fan.brand_id = about.brand_id
        and fan.author_key = answer.author_key
        and fan.mention_id <> answer.mention_id
    group by all
),
brand_mean as (
    select
        brand_id,
        sum(posts_on_topic) / sum(posts_anywhere) as share,
        sum(engagement) / nullif(sum(posts_counted), 0) as engagement_per_post
    from by_author
    join every_post using (author_key)
    group by brand_id
),
-- Few posts say little, so each part is drawn towards the brand's mean by two posts' weight.
part as (
    select
        by_author.brand_id,
        by_author.author_key,
        by_author.posts,
        by_author.engagement,
        by_author.last_at,
        {{ ratio("by_author.engagement", "by_author.posts_counted") }}
        > brand_mean.engagement_per_post as is_engaging,
        coalesce(answered.responders, 0) as responders,
        coalesce(answered.responders_in_audience, 0) as responders_in_audience,
        (by_author.posts_on_topic + 2 * brand_mean.share) / (every_post.posts_anywhere + 2)
            as topical_share,
        (by_author.engagement + 2 * coalesce(brand_mean.engagement_per_post, 0))
        / (by_author.posts_counted + 2) as engagement_per_post,
        (coalesce(answered.responders_in_audience, 0) + 1)
        / (coalesce(answered.responders, 0) + 2.0) as audience_overlap,
        pow(
            0.5,
            greatest({{ seconds_between("by_author.last_at", now_at()) }}, 0)
            / (86400.0 * {{ var("influencer_half_life_days") }})
        ) as recency
    from by_author
    join every_post using (author_key)
    join brand_mean using (brand_id)
    left join answered using (brand_id, author_key)
),
scored as (
    select
        part.*,
        topical_share * ln(1 + engagement_per_post) * audience_overlap * recency as relevance
    from part
)
select
    scored.brand_id,
    scored.author_key,
    author.source,
    author.handle as author_handle,
    author.verified,
    scored.posts,
    scored.engagement,
    scored.responders,
    scored.responders_in_audience,
    scored.last_at,
    follower.followers,
    0.0::double as follower_weight,
    scored.topical_share,
    scored.engagement_per_post,
    scored.audience_overlap,
    scored.recency,
    scored.relevance,
    row_number() over (
        partition by scored.brand_id order by scored.relevance desc, scored.author_key
    ) as rank_in_brand
from scored
join {{ source("core", "author") }} as author using (author_key)
left join (
    select author_key, arg_max(followers, observed_at) as followers
    from {{ source("core", "author_follower") }}
    group by author_key
) as follower using (author_key)
-- Everybody else is a private person, whose handle is not for this file.
where
    author.verified
    or follower.followers >= {{ var("influencer_public_followers") }}
    or (scored.posts >= {{ var("influencer_min_posts") }} and scored.is_engaging)
