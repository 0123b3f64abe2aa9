-- Mentions of a merged topic count for what it was merged into, and no longer for itself.
with counted as (
    select
        topic.counts_as as topic_id,
        count(distinct about.mention_id) as mentions,
        count(distinct about.cluster_id) as mentions_deduped,
        count(distinct about.author_key) as authors,
        min(about.day) as first_day,
        max(about.day) as last_day
    from {{ source("core", "discovered_topic_mention") }} as found
    join {{ source("core", "discovered_topic") }} as topic using (topic_id)
    join {{ ref("brand_mention") }} as about using (mention_id)
    where not about.said_by_brand and not about.is_spam
    group by topic.counts_as
)
select
    topic.topic_id,
    topic.name,
    topic.words,
    topic.born_on,
    topic.ended_on,
    case
        when topic.counts_as <> topic.topic_id then 'merged'
        when topic.ended_on is not null then 'over'
        else 'stands'
    end as state,
    nullif(topic.counts_as, topic.topic_id) as merged_into,
    coalesce(counted.mentions, 0) as mentions,
    coalesce(counted.mentions_deduped, 0) as mentions_deduped,
    coalesce(counted.authors, 0) as authors,
    counted.first_day,
    counted.last_day
from {{ source("core", "discovered_topic") }} as topic
left join counted using (topic_id)
