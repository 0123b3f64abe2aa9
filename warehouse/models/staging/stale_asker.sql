-- Things said to a brand that somebody may have spoken after, other than the last build knew: what
-- is looked at again, what was too young to tell, and what people said before who spoke now.
{% if is_partial() %}
with spoke as (
    select author_key, published_at from {{ ref("mention") }} where author_key is not null
    union all
    select author_key, published_at from {{ ref("stale_before") }} where author_key is not null
)
from {{ ref("stale_inbound") }}
union
select mention_id from care.response_outcome where null_reason = 'too_young'
union
select response.mention_id
from {{ ref("response") }} as response
join {{ ref("inbound") }} as inbound using (mention_id, brand_id)
where
    inbound.author_key in (select author_key from spoke)
    and greatest(response.inbound_at, response.replied_at) >= (
        select min(published_at) - interval {{ var("outcome_days") }} day from spoke
    )
{% else %}
from {{ ref("stale_mention") }}
{% endif %}
