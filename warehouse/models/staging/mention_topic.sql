-- The topics of what a mention says now; a person's yes or no stands before the model's.
with decided as (
    select mention_id, target as topic_id, label
    from {{ ref("correction_standing") }}
    where tagger = 'topic' and {{ stale() }}
)
select
    mention_id,
    topic_id,
    cast(said.p as double) as p,
    decided.label is not null as corrected
from (
    select * from {{ source("core", "mention_topic") }} where {{ stale() }}
) as said
full join decided using (mention_id, topic_id)
where decided.label is null or decided.label = 'yes'
