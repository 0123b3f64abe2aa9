-- What declared handles answered, and whom. A machine's word of receipt is no answer: it says so
-- itself, or the same words went out within a minute to several people.
with reply as (
    select
        reply.mention_id as reply_id,
        author.brand_id,
        reply.published_at as replied_at,
        reply.parent_id,
        parent.author_key as parent_author_key,
        coalesce(parent.thread_id, reply.thread_id, reply.parent_id) as thread_id,
        regexp_matches(lower(reply.text), {{ automatic_words() }}) as says_so,
        coalesce(
            reply.published_at - parent.published_at
            between interval 0 second and to_seconds({{ var("automatic_reply_seconds") }}),
            false
        ) as is_prompt,
        [
            regexp_replace(lower(reply.text), '@\S+|[^\p{L}]+', '', 'g'),
            coalesce(cluster.cluster_id, reply.mention_id)
        ] as wordings
    from {{ source("core", "mention") }} as reply
    join {{ source("core", "author") }} as author
        on author.author_key = reply.author_key and author.brand_id is not null
    left join {{ source("core", "mention") }} as parent
        on parent.mention_id = reply.parent_id
    left join {{ source("core", "duplicate_cluster") }} as cluster
        on cluster.mention_id = reply.mention_id
    where reply.parent_id is not null
),
prompt as (
    select reply_id, brand_id, parent_author_key, unnest(wordings) as wording
    from reply
    where is_prompt
),
canned as (
    select brand_id, wording
    from prompt
    group by brand_id, wording
    having count(distinct parent_author_key) >= {{ var("automatic_reply_min_people") }}
),
automatic as (
    select distinct prompt.reply_id
    from prompt
    semi join canned using (brand_id, wording)
)
select
    reply.reply_id,
    reply.brand_id,
    reply.replied_at,
    reply.parent_id,
    reply.parent_author_key,
    reply.thread_id,
    reply.says_so or automatic.reply_id is not null as is_automatic
from reply
left join automatic using (reply_id)
