-- What declared handles answered, whom, and in which words: by them a machine is told from people.
{{ config(materialized="incremental") }}
with answer as (
    select mention.*, author.brand_id
    from {{ ref("mention") }} as mention
    join {{ source("core", "author") }} as author
        on author.author_key = mention.author_key and author.brand_id is not null
    where mention.parent_id is not null
),
parent as (
    select mention_id, source, kind, author_key, thread_id, published_at
    from {{ source("core", "mention") }}
    where mention_id in (select parent_id from answer)
)
select
    answer.mention_id as reply_id,
    answer.brand_id,
    answer.published_at as replied_at,
    answer.parent_id,
    parent.author_key as parent_author_key,
    if(parent.kind = 'review', parent.source, null) as review_source,
    coalesce(parent.thread_id, answer.thread_id, answer.parent_id) as thread_id,
    regexp_matches(lower(answer.text), {{ automatic_words() }}) as says_so,
    coalesce(
        answer.published_at - parent.published_at
        between interval 0 second and to_seconds({{ var("automatic_reply_seconds") }}),
        false
    ) as is_prompt,
    [
        regexp_replace(lower(answer.text), '@\S+|[^\p{L}]+', '', 'g'),
        coalesce(cluster.cluster_id, answer.mention_id)
    ] as wordings
from answer
left join parent on parent.mention_id = answer.parent_id
left join {{ ref("cluster") }} as cluster on cluster.mention_id = answer.mention_id
