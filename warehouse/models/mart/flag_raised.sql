-- Every suspicion that nobody dismissed, with where it is and who said it; without those on what
-- own handles and own pages say. What a rival says of us stays.
{{ config(materialized="incremental") }}
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
    -- A person's own finding begins when it was said; a rule's when we first read these words.
    coalesce(person.decided_at, version.observed_at, mention.observed_at) as first_flagged_at,
    mention.published_at,
    mention.source,
    mention.channel,
    tag.language,
    tag.region,
    mention.kind as mention_kind,
    mention.url,
    mention.title,
    mention.text,
    flag.start as span_start,
    flag."end" as span_end,
    substring(mention.text, flag.start + 1, flag."end" - flag.start) as span_text,
    coalesce(about.brand_ids, []) as brand_ids,
    coalesce(about.product_ids, []) as product_ids,
    coalesce(tag.topic_ids, []) as topic_ids,
    mention.author_key,
    coalesce(cluster.cluster_id, flag.mention_id) as cluster_id,
    mention.batch_id
from {{ ref("mention_flag") }} as flag
join {{ ref("mention") }} as mention using (mention_id)
left join (
    select *
    from {{ source("core", "mention_version") }}
    where {{ stale(wide=source("core", "mention_version")) }}
) as version using (mention_id, content_hash)
left join {{ source("core", "correction") }} as person on person.correction_id = flag.flag_id
left join {{ ref("cluster") }} as cluster using (mention_id)
left join (
    select * from {{ ref("mention_tag") }} where {{ stale(of=ref("mention_tag")) }}
) as tag using (mention_id)
left join {{ source("core", "brand") }} as speaker on speaker.brand_id = tag.author_brand_id
left join (
    select
        mention_id,
        list(brand_id order by brand_id) as brand_ids,
        flatten(list(product_ids order by brand_id)) as product_ids
    from {{ ref("brand_mention") }}
    where {{ stale(of=ref("brand_mention")) }}
    group by mention_id
) as about using (mention_id)
where speaker.role is distinct from 'own'
