-- The intents of what a mention says now. Several may hold at once; a person's yes or no stands
-- before the model's.
with current_label as (
    select label.mention_id, label.version, label.probabilities
    from (select * from {{ ref("label") }} where tagger = 'intent') as label
    join {{ ref("mention") }} as mention using (mention_id, content_hash)
    {{ only_newest("label.mention_id") }}
),
scored as (
    select mention_id, unnest(probabilities) as scored from current_label
),
said as (
    select mention_id, scored.id as intent, cast(scored.p as double) as p from scored
),
decided as (
    select mention_id, target as intent, label
    from {{ ref("correction_standing") }}
    where tagger = 'intent' and {{ stale() }}
)
select
    mention_id,
    intent,
    said.p,
    decided.label is not null as corrected
from said
full join decided using (mention_id, intent)
where
    case
        when decided.label is not null then decided.label = 'yes'
        else said.p >= case
            {%- for intent, threshold in var("intent_thresholds").items() %}
            when intent = '{{ intent }}' then {{ threshold }}
            {%- endfor %}
            when true then {{ var("intent_threshold") }}
        end
    end
