select
    feedback.mention_id,
    feedback.brand_id,
    topic.topic_id,
    topic.name,
    cast(date_trunc('week', feedback.day) as date) as week,
    feedback.day,
    feedback.published_at,
    feedback.source,
    feedback.channel,
    feedback.title,
    feedback.text,
    feedback.url,
    feedback.product_ids,
    feedback.intents,
    feedback.sentiment,
    feedback.cluster_id,
    cast(found.nearness as double) as nearness,
    found.example
from {{ source("core", "discovered_topic_mention") }} as found
join {{ source("core", "discovered_topic") }} as first_topic using (topic_id)
join {{ source("core", "discovered_topic") }} as topic on topic.topic_id = first_topic.counts_as
join {{ few(
    ref("feedback_mention"), "mention_id",
    "select mention_id from " ~ source("core", "discovered_topic_mention")
) }} as feedback using (mention_id)
where not feedback.is_spam
