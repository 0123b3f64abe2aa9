-- Which brands and products these mentions name, and where.
select mention_id, brand_id, product_id, relation, start, "end", matched
from {{ source("core", "mention_brand") }}
where {{ stale(wide=source("core", "mention_brand")) }}
