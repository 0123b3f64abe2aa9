-- What the brands themselves published, with each count at the newest look that gives it: a later
-- look that gives only the text takes nothing back.
{{ config(materialized="incremental") }}
with answer as (
    select parent_id, count(*) as answers, {{ sentiment_counts() }}
    from {{ ref("mention_tag") }}
    where author_brand_id is null and {{ stale("parent_id") }} and parent_id is not null
    group by parent_id
),
look as (
    select
        mention_id,
        max(observed_at) as observed_at,
        arg_max(views, observed_at) as views,
        arg_max(engagement, observed_at) as engagement
    from {{ ref("engagement_snapshot") }}
    where {{ stale(of=ref("engagement_snapshot")) }} and coalesce(views, engagement) is not null
    group by mention_id
)
select
    tag.mention_id,
    tag.author_brand_id as brand_id,
    tag.published_at,
    tag.channel,
    {{ shown_text("tag.mention_id", "mention.title") }} as title,
    {{ shown_text("tag.mention_id", "mention.text") }} as text,
    nullif(mention.url, '') as url,
    look.observed_at,
    look.views,
    look.engagement,
    coalesce(answer.answers, 0) as answers,
    coalesce(answer.negative, 0) as answers_negative,
    coalesce(answer.neutral, 0) as answers_neutral,
    coalesce(answer.positive, 0) as answers_positive,
    coalesce(answer.abstained, 0) as answers_abstained,
    {{ ratio("answer.positive - answer.negative",
             "answer.negative + answer.neutral + answer.positive") }} as net_sentiment_of_all,
    case
        when coalesce(answer.answers, 0) = 0 then 'no_answers'
        when answer.negative + answer.neutral + answer.positive = 0 then 'none_scored'
    end as net_sentiment_null_reason
from {{ ref("mention_tag") }} as tag
join {{ ref("mention") }} as mention using (mention_id)
left join look using (mention_id)
left join answer on answer.parent_id = tag.mention_id
where
    {{ stale("tag.mention_id", of=ref("mention_tag")) }}
    and tag.author_brand_id is not null
    and tag.parent_id is null
