-- What a post in a brand's field usually has engaged by an age, on a channel and from such a
-- speaker, over the last half year.
select
    post.brand_id,
    post.channel,
    post.said_by,
    look.age_h,
    count(*) as posts,
    median(look.engagement) as usual_engagement
from {{ ref("field_post") }} as post
join {{ ref("engagement_at_age") }} as look using (mention_id)
where post.published_at >= {{ now_at() }} - interval {{ var("usual_engagement_days") }} day
group by all
