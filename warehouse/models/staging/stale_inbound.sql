-- Things said to a brand whose answers are to be looked at again: those in threads where anything
-- changed, those whose due time passed since the last build, and those that a new rule reaches, of
-- what is a machine's word or which source shows answers.
{% if is_partial() %}
with own_reply as (
    select reply_id, parent_id, thread_id
    from {{ ref("reply") }}
    where {{ stale("reply_id") }}
    union
    select reply_id, parent_id, thread_id
    from (
        select reply_id, brand_id, parent_id, thread_id, unnest(wordings) as wording
        from {{ ref("reply") }}
        where is_prompt
    )
    semi join (
        (from {{ ref("canned") }} except from {{ ref("canned_before") }})
        union all
        (from {{ ref("canned_before") }} except from {{ ref("canned") }})
    ) as changed using (brand_id, wording)
),
flipped as (
    (from {{ ref("answering_source") }} except from {{ ref("answering_before") }})
    union all
    (from {{ ref("answering_before") }} except from {{ ref("answering_source") }})
),
thread as (
    select thread_id from {{ ref("stale_before") }}
    union
    select coalesce(thread_id, mention_id) from {{ ref("mention") }}
    union
    select thread_id from own_reply
    union
    select parent_id from own_reply
    union
    select inbound.thread_id
    from {{ ref("inbound") }} as inbound
    where inbound.mention_id in (select parent_id from own_reply)
    union
    select inbound.thread_id
    from {{ ref("inbound") }} as inbound
    where inbound.mention_id in (
        select mention_id
        from care.response
        where state = 'open' and not breached and due_at < {{ now_at() }}
    )
    union
    select inbound.thread_id
    from {{ ref("inbound") }} as inbound
    where inbound.kind = 'review' and inbound.source in (from flipped)
)
select mention_id
from {{ ref("inbound") }}
where thread_id in (from thread)
union
from {{ ref("stale_mention") }}
{% else %}
from {{ ref("stale_mention") }}
{% endif %}
