-- The sentiment of what a mention says now; an abstained label is no sentiment.
select
    mention_id,
    case when abstained_reason is null then label else 'abstained' end as sentiment,
    abstained_reason,
    p,
    version,
    corrected
from {{ ref("mention_label") }}
where tagger = 'sentiment'
