-- What a post usually has engaged by an age: what alerts tell a young post worth amplifying by.
select brand_id, channel, said_by, age_h, posts, usual_engagement
from {{ ref("usual_engagement") }}
