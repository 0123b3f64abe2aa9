-- The same of what is said about each brand and product.
select mention_id, content_hash, brand_id, product_id, version, label, p, abstained
from {{ source("core", "target_label") }}
where {{ stale(wide=source("core", "target_label")) }}
