-- What declared handles answered, and whom. A machine's word of receipt is no answer: it says so
-- itself, or the same words went out within a minute to several people.
with prompt as (
    select reply_id, brand_id, unnest(wordings) as wording
    from {{ ref("reply") }}
    where is_prompt
),
automatic as (
    select distinct prompt.reply_id
    from prompt
    semi join {{ ref("canned") }} as canned using (brand_id, wording)
)
select
    reply.reply_id,
    reply.brand_id,
    reply.replied_at,
    reply.parent_id,
    reply.parent_author_key,
    reply.review_source,
    reply.thread_id,
    reply.says_so or automatic.reply_id is not null as is_automatic
from {{ ref("reply") }} as reply
left join automatic using (reply_id)
