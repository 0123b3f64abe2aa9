-- Words that a brand sent within a minute to several people: a machine's.
{{ built_after("canned_before") }}
with prompt as (
    select brand_id, parent_author_key, unnest(wordings) as wording
    from {{ ref("reply") }}
    where is_prompt
)
select brand_id, wording
from prompt
group by brand_id, wording
having count(distinct parent_author_key) >= {{ var("automatic_reply_min_people") }}
