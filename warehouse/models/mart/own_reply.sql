-- What declared handles answered, and whom.
select
    reply.mention_id as reply_id,
    author.brand_id,
    reply.published_at as replied_at,
    reply.parent_id,
    parent.author_key as parent_author_key,
    coalesce(parent.thread_id, reply.thread_id, reply.parent_id) as thread_id
from {{ source("core", "mention") }} as reply
join {{ source("core", "author") }} as author
    on author.author_key = reply.author_key and author.brand_id is not null
left join {{ source("core", "mention") }} as parent
    on parent.mention_id = reply.parent_id
where reply.parent_id is not null
