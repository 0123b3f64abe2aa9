-- Sources that show answers to reviews: most shops do not, and there, open would be a guess.
{{ built_after("answering_before") }}
select distinct review_source as source
from {{ ref("own_reply") }}
where review_source is not null
