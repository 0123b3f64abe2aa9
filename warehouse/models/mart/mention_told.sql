-- What is to be told of each recent mention, and of those under suspicion, besides its words: what
-- it says by whose judgement, where in its text, and how it fared. Every team's file has it, and to
-- make it anew for all was a third of a publish (docs/growth.md, 2026-11-23).
-- Lists are sorted when they are whole: an ordered aggregate takes three times as long (2026-11-23).
{{ config(materialized="incremental", pre_hook="{{ forget_untold() }}") }}
{{ built_after("stale_before") }}
with recent as (
    select mention_id, published_at, content_hash, text
    from {{ ref("mention") }}
    where {{ is_told() }}
),
said_now as (
    select label.*
    from {{ ref("label") }} as label
    semi join recent using (mention_id, content_hash)
    {{ only_newest("label.mention_id, label.tagger") }}
),
towards as (
    select label.*
    from {{ ref("target_label") }} as label
    semi join recent using (mention_id, content_hash)
    {{ only_newest("label.mention_id, label.brand_id, label.product_id", "'target'") }}
),
scored as (
    select mention_id, version, unnest(probabilities) as scored
    from said_now
    where tagger = 'intent'
),
said as (
    select mention_id, 1 as place, tagger, '' as target, label, p, abstained, version
    from said_now
    where tagger <> 'intent'
    union all
    select
        mention_id, 2, 'target', concat_ws('/', brand_id, nullif(product_id, '')), label, p,
        abstained, version
    from towards
    union all
    select scored.mention_id, 3, 'intent', scored.scored.id, 'yes', scored.scored.p, null, scored.version
    from scored
    semi join {{ ref("mention_intent") }} as wanted
        on wanted.mention_id = scored.mention_id and wanted.intent = scored.scored.id
    union all
    select mention_id, 4, 'topic', topic_id, 'yes', p, null, version
    from {{ source("core", "mention_topic") }}
    semi join recent using (mention_id)
    where {{ stale(wide=source("core", "mention_topic")) }}
    union all
    select mention_id, 0, tagger, target, label, null, null, 'a person'
    from {{ ref("correction_standing") }}
    semi join recent using (mention_id)
),
label_list as (
    select
        mention_id,
        list_transform(
            list_sort(list(
                {
                    'place': place, 'tagger': tagger, 'target': target, 'label': label, 'p': p,
                    'abstained': abstained, 'version': version
                }
            )),
            lambda each: {
                'tagger': each.tagger, 'target': each.target, 'label': each.label, 'p': each.p,
                'abstained': each.abstained, 'version': each.version
            }
        ) as labels
    from said
    group by mention_id
),
place as (
    select
        mention_id, start, "end", 'target' as kind,
        concat_ws('/', brand_id, nullif(product_id, '')) as name
    from {{ ref("mention_brand") }}
    where start is not null
    union all
    select mention_id, start, "end", 'entity', type
    from {{ source("core", "entity") }}
    where {{ stale(wide=source("core", "entity")) }}
    union all
    select mention_id, start, "end", 'flag', kind
    from {{ source("core", "flag") }}
    where start is not null and {{ stale(wide=source("core", "flag")) }}
),
-- In masked text a place is where what stands before it ends.
span_list as (
    select
        mention_id,
        list_sort(list({'start': start, 'end': "end", 'kind': kind, 'name': name})) as spans,
        list_sort(list(
            {
                'start': {{ masked_place("text", "start") }},
                'end': {{ masked_place("text", '"end"') }},
                'kind': kind,
                'name': name
            }
        ) filter (kind <> 'flag')) as masked_spans
    from place
    join recent using (mention_id)
    group by mention_id
),
look_list as (
    select
        mention_id,
        list_sort(list(
            {
                'observed_at': observed_at, 'likes': likes, 'shares': shares,
                'comments': comments, 'views': views
            }
        )) as looks
    from {{ ref("look") }}
    semi join recent using (mention_id)
    group by mention_id
),
named as (
    select mention_id, list(distinct product_id order by product_id) as product_ids
    from {{ ref("mention_brand") }}
    semi join recent using (mention_id)
    where product_id <> ''
    group by mention_id
)
select
    recent.mention_id,
    recent.published_at,
    coalesce(named.product_ids, []) as product_ids,
    coalesce(label_list.labels, []) as labels,
    coalesce(span_list.spans, []) as spans,
    coalesce(span_list.masked_spans, []) as masked_spans,
    coalesce(look_list.looks, []) as looks
from recent
left join named using (mention_id)
left join label_list using (mention_id)
left join span_list using (mention_id)
left join look_list using (mention_id)
