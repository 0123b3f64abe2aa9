-- The newest known engagement of a post within each span of its age: only looks of one age are
-- comparable.
{{ config(materialized="incremental") }}
select
    mention.mention_id,
    {{ age_span_h(seconds_between("look.published_at", "look.observed_at")) }} as age_h,
    max(look.observed_at) as observed_at,
    arg_max(look.engagement, look.observed_at) as engagement
from {{ ref("engagement_snapshot") }} as look
join {{ ref("mention") }} as mention using (mention_id)
where
    {{ stale("look.mention_id", of=ref("engagement_snapshot")) }}
    and look.engagement is not null
    and mention.kind = 'post'
group by all
