-- Conversations about an own brand that nobody brought to it and where a word of it would help:
-- somebody needs something, the brand has not spoken, and it is not too late. What sounds like
-- danger or law is triage's; what may expose somebody is not for joining.
with decided as (
    -- Copies of one text are one conversation: who decides of one decides of all.
    select
        about.brand_id,
        about.cluster_id,
        arg_max(decision.action, {{ decision_order() }})
            as action
    from {{ source("core", "decision") }} as decision
    join {{ ref("brand_mention") }} as about
        on about.mention_id = decision.mention_id
        and about.brand_id = coalesce(decision.target, about.brand_id)
    where decision.kind in ('engage', 'triage')
    group by about.brand_id, about.cluster_id
),
open_thread as (
    select
        about.mention_id,
        about.brand_id,
        about.published_at,
        about.source,
        about.channel,
        about.kind,
        about.relation,
        about.thread_id,
        about.cluster_id,
        about.sentiment,
        about.intents,
        about.topic_ids,
        about.reach,
        decided.action as decision
    from {{ ref("brand_mention") }} as about
    anti join {{ ref("response") }} as addressed
        on addressed.mention_id = about.mention_id and addressed.brand_id = about.brand_id
    anti join {{ ref("own_reply") }} as joined
        on joined.brand_id = about.brand_id and joined.thread_id = about.thread_id
    left join decided
        on decided.brand_id = about.brand_id and decided.cluster_id = about.cluster_id
    where
        about.brand_role = 'own'
        and about.author_brand_id is null
        and not about.said_by_brand
        and not about.is_spam
        and about.relation in ('untagged', 'off_channel')
        and about.kind in ('post', 'comment')
        and not (about.kind = 'post' and about.source in {{ article_sources() }})
        and about.source not in {{ closed_sources() }}
        and len(about.flag_kinds) = 0
        and list_has_any(
            about.intents, ['question', 'support', 'purchase', 'complaint', 'bug_report', 'churn']
        )
        and about.published_at > {{ now_at() }} - interval {{ var("join_days") }} day
        and coalesce(decided.action, 'take') not in {{ settling_actions() }}
    qualify row_number() over (
        partition by about.brand_id, about.cluster_id order by about.published_at, about.mention_id
    ) = 1
),
rival as (
    select pair.brand_id, about.mention_id, list(about.brand_id order by about.brand_id) as rivals
    from {{ source("core", "competitor") }} as pair
    join {{ ref("brand_mention") }} as about on about.brand_id = pair.competitor_id
    semi join open_thread on open_thread.mention_id = about.mention_id
    group by all
),
answered as (
    select parent_id as mention_id, count(*) as replies
    from {{ ref("mention_tag") }}
    where parent_id in (select mention_id from open_thread)
    group by parent_id
),
needing as (
    select
        open_thread.*,
        coalesce(rival.rivals, []) as competitors_named,
        coalesce(answered.replies, 0) as replies_so_far,
        case
            when list_has_any(intents, ['question', 'support']) then 'question'
            when list_contains(intents, 'purchase') then 'purchase'
            when list_contains(intents, 'churn') then 'churn'
            else 'complaint'
        end as need,
        greatest({{ seconds_between("published_at", now_at()) }}, 0) as age_s
    from open_thread
    left join rival using (mention_id, brand_id)
    left join answered using (mention_id)
),
scored as (
    select
        needing.*,
        case need when 'question' then 4.0 when 'purchase' then 4.0 when 'churn' then 3.0 else 2.0 end
        ::double as need_part,
        1 + log10(1 + coalesce(reach, 0)) as reach_part,
        pow(0.5, age_s / 86400.0) as freshness_part,
        1.0 / (1 + replies_so_far) as unanswered_part
    from needing
)
select
    scored.mention_id,
    scored.brand_id,
    scored.published_at,
    scored.source,
    scored.channel,
    scored.relation,
    scored.thread_id,
    scored.need,
    scored.sentiment,
    scored.intents,
    scored.topic_ids,
    scored.competitors_named,
    scored.replies_so_far,
    mention.title,
    mention.text,
    mention.url,
    case scored.source
        when 'hackernews' then 'https://news.ycombinator.com/reply?id=' || mention.native_id
        else nullif(mention.url, '')
    end as reply_link,
    author.handle as author_handle,
    if(scored.decision in ('take', 'assign', 'pend'), 'taken', 'new') as status,
    scored.reach,
    scored.age_s,
    scored.need_part,
    scored.reach_part,
    scored.freshness_part,
    scored.unanswered_part,
    concat_ws(
        ', ',
        scored.need,
        scored.relation,
        cast(scored.age_s // 3600 as varchar) || ' h old',
        case when scored.replies_so_far = 0 then 'nobody answered' end,
        case when len(scored.competitors_named) > 0 then 'names a competitor' end,
        case when scored.reach is null then 'reach unknown' end
    ) as reason,
    scored.need_part * scored.reach_part * scored.freshness_part * scored.unanswered_part as score
from scored
join {{ few(source("core", "mention"), "mention_id", "select mention_id from scored") }} as mention
    using (mention_id)
left join {{ source("core", "author") }} as author on author.author_key = mention.author_key
