-- The intents of what a mention says now. Several may hold at once.
with current_label as (
    select label.mention_id, label.version, label.probabilities
    from {{ source("core", "label") }} as label
    join {{ source("core", "mention") }} as mention using (mention_id, content_hash)
    where label.tagger = 'intent'
    qualify row_number() over (partition by mention_id order by label.version desc) = 1
),
scored as (
    select mention_id, unnest(probabilities) as scored from current_label
)
select
    mention_id,
    scored.id as intent,
    cast(scored.p as double) as p
from scored
where
    scored.p >= case scored.id
        {%- for intent, threshold in var("intent_thresholds").items() %}
        when '{{ intent }}' then {{ threshold }}
        {%- endfor %}
        else {{ var("intent_threshold") }}
    end
