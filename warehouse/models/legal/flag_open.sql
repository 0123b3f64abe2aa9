select
    flag.flag_id,
    flag.mention_id,
    flag.kind,
    round(flag.p, 4) as score,  -- a REAL 0.8 is 0.800000012 as a DOUBLE
    {{ flag_severity("flag.kind") }} as severity,
    flag.reason,
    flag.rule,
    flag.corrected as confirmed,
    'mention:' || flag.mention_id || ':' || mention.content_hash as evidence_ref,
    mention.observed_at as opened_at,
    mention.published_at,
    mention.source,
    mention.channel,
    mention.kind as mention_kind,
    mention.url,
    mention.title,
    mention.text,
    flag.start as span_start,
    flag."end" as span_end,
    substring(mention.text, flag.start + 1, flag."end" - flag.start) as span_text,
    coalesce(about.brand_ids, []) as brand_ids,
    author.author_key,
    author.handle as author_handle,
    author.name as author_name,
    mention.batch_id
from {{ ref("mention_flag") }} as flag
join {{ source("core", "mention") }} as mention using (mention_id)
left join {{ source("core", "author") }} as author using (author_key)
left join (
    select mention_id, list(brand_id order by brand_id) as brand_ids
    from {{ ref("brand_mention") }}
    group by mention_id
) as about using (mention_id)
where author.brand_id is null
