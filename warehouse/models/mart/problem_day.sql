-- How much was said of a brand on a day, and how much of it were problems, of anything and of each
-- topic; near copies of one day once.
{{ config(materialized="incremental") }}
with said as (
    select
        brand_id,
        day,
        unnest(['(all)'] || topic_ids) as topic_id,
        cluster_id,
        list_has_any(intents, ['complaint', 'bug_report']) as is_problem
    from {{ ref("brand_mention") }}
    where {{ stale_days() }} and not said_by_brand and not is_spam
)
select
    brand_id,
    day,
    topic_id,
    count(distinct cluster_id) as mentions_deduped,
    count(distinct cluster_id) filter (is_problem) as problems
from said
group by all
