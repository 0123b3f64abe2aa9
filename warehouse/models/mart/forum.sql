-- Hosts where people mostly answer each other: forums, not outlets with a few comments.
{{ built_after("forum_before") }}
select url_host as outlet
from {{ ref("mention_tag") }}
where url_host <> ''
group by url_host
having count(*) filter (kind = 'comment') >= count(*) filter (kind = 'post')
