-- What waits for a person: open questions and complaints to an own brand, and anything about
-- it that sounds like danger or law. Priority is a product of parts, all of them shown.
with danger as (
    select mention_id
    from {{ ref("flag_open") }}
    where kind in ('threat', 'safety', 'legal_talk')
    group by mention_id
),
waiting as (
    select mention_id, brand_id, mention_id as subject, due_at, breached, 1 as copies
    from {{ ref("response") }}
    where
        state = 'open'
        and needs_reply
        and published_at > {{ now_at() }} - interval {{ var("triage_days") }} day
        -- Nobody can see whether a review was answered where no source shows it.
        and (
            is_answer_visible
            or inbound_at > {{ now_at() }} - interval {{ var("triage_review_days") }} day
        )
    union all
    -- A text that many pass on is one thing to look at: the first of its copies.
    select
        arg_min(about.mention_id, (about.published_at, about.mention_id)),
        about.brand_id,
        'copies of ' || about.cluster_id,
        null,
        false,
        count(*)
    from {{ ref("brand_mention") }} as about
    semi join danger on danger.mention_id = about.mention_id
    anti join {{ ref("response") }} as response
        on response.mention_id = about.mention_id
        and response.brand_id = about.brand_id
        and (response.needs_reply or response.state = 'answered')
    where
        about.brand_role = 'own'
        and about.author_brand_id is null
        and not about.said_by_brand
        and not about.is_spam
        and about.kind <> 'share'
    group by about.brand_id, about.cluster_id
),
-- What was decided of a mention, and with it of the copies of its text.
word as (
    select
        about.brand_id,
        unnest([about.mention_id, 'copies of ' || about.cluster_id]) as subject,
        decision.kind,
        decision.action,
        decision.actor,
        {{ said_field("owner", "decision.fields") }} as owner,
        nullif(decision.note, '') as note,
        decision.due_at,
        {{ decision_order() }} as place
    from {{ source("core", "decision") }} as decision
    join {{ ref("brand_mention") }} as about
        on about.mention_id = decision.mention_id
        and about.brand_id = coalesce(decision.target, about.brand_id)
    where decision.kind in ('triage', 'engage')
),
decided as (
    select
        waiting.mention_id,
        waiting.brand_id,
        arg_max(word.action, word.place) as action,
        arg_max(if(word.action = 'take', word.actor, word.owner), word.place)
            filter (word.action in ('take', 'assign')) as owner,
        arg_max(word.note, word.place) as note,
        arg_max(struct_pack(due_at := word.due_at), word.place).due_at as follow_up_at
    from waiting
    join word on word.brand_id = waiting.brand_id and word.subject = waiting.subject
    left join danger on danger.mention_id = waiting.mention_id
    -- A word in a conversation, or none, answers it; danger and law it does not settle.
    where word.kind = 'triage' or danger.mention_id is null
    group by waiting.mention_id, waiting.brand_id
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
            when danger.mention_id is not null then 'legal_safety'
            when list_contains(tag.intents, 'bug_report') then 'bug_report'
            when list_has_any(tag.intents, ['complaint', 'churn']) then 'complaint'
            when list_has_any(tag.intents, ['question', 'support']) then 'question'
            else 'other'
        end as class,
        greatest({{ seconds_between("tag.published_at", now_at()) }}, 0) as waiting_s,
        decided.owner,
        decided.note,
        decided.follow_up_at,
        case
            when decided.action = 'pend' then 'pending'
            when decided.action in ('take', 'assign') then 'taken'
            else 'new'
        end as status
    from waiting
    left join decided
        on decided.mention_id = waiting.mention_id and decided.brand_id = waiting.brand_id
    left join danger on danger.mention_id = waiting.mention_id
    join {{ ref("mention_tag") }} as tag on tag.mention_id = waiting.mention_id
    left join {{ ref("brand_sentiment") }} as towards
        on towards.mention_id = waiting.mention_id
        and towards.brand_id = waiting.brand_id
        and towards.product_id = ''
    where
        tag.published_at > {{ now_at() }} - interval {{ var("triage_days") }} day
        and coalesce(decided.action, 'take') not in {{ settling_actions() }}
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
    scored.copies,
    scored.status,
    scored.owner,
    scored.note,
    scored.follow_up_at,
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
        case when scored.copies > 1 then cast(scored.copies as varchar) || ' copies' end,
        case when scored.reach is null then 'reach unknown' end
    ) as reason,
    scored.severity_part * scored.reach_part * scored.age_part * scored.sla_part as priority
from scored
join {{ few(source("core", "mention"), "mention_id", "select mention_id from scored") }} as mention
    using (mention_id)
left join {{ source("core", "author") }} as author on author.author_key = mention.author_key
