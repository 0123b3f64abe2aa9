-- What waits for a reviewer: settled is what a case held that was closed after we read these words.
with cased as (
    select
        raised.flag_id,
        arg_max(held.case_id, held.attached_at) filter (held.closed_at is null) as case_id,
        max(held.closed_at) as closed_at
    from {{ ref("flag_raised") }} as raised
    join {{ ref("case_mention") }} as held
        on held.mention_id = raised.mention_id and held.flag_kind in ('', raised.kind)
    group by raised.flag_id
),
sent as (
    select mention_id, arg_max(state, last_at) as takedown_state
    from {{ ref("takedown") }}
    where mention_id is not null
    group by mention_id
)
select
    raised.flag_id,
    raised.mention_id,
    raised.kind,
    raised.score,
    raised.severity,
    raised.reason,
    raised.rule,
    raised.confirmed,
    case
        when cased.case_id is not null then 'in_case'
        when raised.confirmed then 'confirmed'
        else 'new'
    end as state,
    cased.case_id,
    sent.takedown_state,
    raised.evidence_ref,
    raised.opened_at,
    raised.first_flagged_at,
    greatest({{ seconds_between("raised.first_flagged_at", now_at()) }} // 86400, 0) as age_days,
    raised.published_at,
    raised.source,
    raised.channel,
    raised.language,
    raised.region,
    raised.mention_kind,
    raised.url,
    raised.title,
    raised.text,
    raised.span_start,
    raised.span_end,
    raised.span_text,
    raised.brand_ids,
    raised.product_ids,
    raised.topic_ids,
    raised.author_key,
    author.handle as author_handle,
    author.name as author_name,
    raised.cluster_id,
    raised.batch_id
from {{ ref("flag_raised") }} as raised
left join {{ source("core", "author") }} as author using (author_key)
left join cased using (flag_id)
left join sent using (mention_id)
where
    cased.case_id is not null
    or cased.closed_at is null
    or cased.closed_at < raised.first_flagged_at
