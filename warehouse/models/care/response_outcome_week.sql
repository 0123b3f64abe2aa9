-- Who spoke better after an answer, week by week, beside those who got none.
with counted as (
    select
        cast(date_trunc('week', day) as date) as week,
        brand_id,
        is_answered,
        count(*) as asked,
        count(*) filter (change = 'better') as better,
        count(*) filter (change = 'same') as same,
        count(*) filter (change = 'worse') as worse,
        count(*) filter (null_reason = 'abstained') as not_judged,
        count(*) filter (null_reason = 'no_further_word') as silent,
        count(*) filter (null_reason = 'too_young') as too_young,
        count(*) filter (null_reason = 'author_hidden') as author_hidden,
        count(*) filter (change is not null and sentiment_before = 'negative') as negative_before,
        count(*) filter (change is not null and sentiment_after = 'negative') as negative_after,
        count(*) filter (change is not null and sentiment_before = 'positive') as positive_before,
        count(*) filter (change is not null and sentiment_after = 'positive') as positive_after
    from {{ ref("response_outcome") }}
    group by all
)
select
    counted.*,
    {{ ratio("better", "better + same + worse") }} as share_better,
    {{ ratio("worse", "better + same + worse") }} as share_worse,
    case when better + same + worse = 0 then 'none_judged' end as share_null_reason
from counted
