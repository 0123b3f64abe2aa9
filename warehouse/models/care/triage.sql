-- What waits for a person: open questions and complaints to an own brand, and anything about
-- it that sounds like danger or law. Priority is a product of parts, all of them shown.
with waiting as (
    select mention_id, brand_id, due_at, breached
    from {{ ref("response") }}
    where state = 'open' and needs_reply
    union all
    select about.mention_id, about.brand_id, null, false
    from {{ ref("brand_mention") }} as about
    anti join {{ ref("response") }} as response
        on response.mention_id = about.mention_id
        and response.brand_id = about.brand_id
        and (response.needs_reply or response.state = 'answered')
    where
        about.brand_role = 'own'
        and not about.said_by_brand
        and not about.is_spam
        and list_has_any(about.flag_kinds, ['threat', 'safety', 'legal_talk'])
),
classed as (
    select
        waiting.*,
        tag.published_at,
        tag.source,
        tag.channel,
        tag.author_key,
        tag.reach,
        coalesce(towards.sentiment, tag.sentiment) as sentiment,
        tag.intents,
        case
            when list_has_any(tag.flag_kinds, ['threat', 'safety', 'legal_talk']) then 'legal_safety'
            when list_contains(tag.intents, 'bug_report') then 'bug_report'
            when list_has_any(tag.intents, ['complaint', 'churn']) then 'complaint'
            when list_has_any(tag.intents, ['question', 'support']) then 'question'
            else 'other'
        end as class,
        greatest({{ seconds_between("tag.published_at", now_at()) }}, 0) as waiting_s
    from waiting
    join {{ ref("mention_tag") }} as tag on tag.mention_id = waiting.mention_id
    left join {{ ref("brand_sentiment") }} as towards
        on towards.mention_id = waiting.mention_id
        and towards.brand_id = waiting.brand_id
        and towards.product_id = ''
),
scored as (
    select
        classed.*,
        case class
            when 'legal_safety' then 16.0
            when 'bug_report' then 8.0
            when 'complaint' then 4.0
            when 'question' then 2.0
            else 1.0
        end::double as severity_part,
        1 + log10(1 + coalesce(reach, 0)) as reach_part,
        1 + least(waiting_s / 86400.0, 7) as age_part,
        case when breached then 2.0 else 1.0 end::double as sla_part
    from classed
)
select
    scored.mention_id,
    scored.brand_id,
    scored.published_at,
    scored.source,
    scored.channel,
    scored.class,
    scored.sentiment,
    scored.intents,
    mention.title,
    mention.text,
    mention.url,
    author.handle as author_handle,
    author.name as author_name,
    scored.reach,
    scored.waiting_s,
    scored.due_at,
    scored.breached,
    scored.severity_part,
    scored.reach_part,
    scored.age_part,
    scored.sla_part,
    concat_ws(
        ', ',
        scored.class,
        'waiting ' || cast(scored.waiting_s // 3600 as varchar) || ' h',
        case when scored.breached then 'promise broken' end,
        case when scored.reach is null then 'reach unknown' end
    ) as reason,
    scored.severity_part * scored.reach_part * scored.age_part * scored.sla_part as priority
from scored
join {{ source("core", "mention") }} as mention using (mention_id)
left join {{ source("core", "author") }} as author on author.author_key = mention.author_key
