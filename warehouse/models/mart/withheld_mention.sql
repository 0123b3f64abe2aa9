-- Mentions that are private, or may expose somebody's data: their words, and vectors of them, stay
-- with the teams that read every text.
{{ config(materialized="incremental") }}
select mention_id
from {{ ref("mention_tag") }}
where {{ stale(of=ref("mention_tag")) }} and list_has_any(flag_kinds, {{ privacy_flags() }})
union
select mention_id
from {{ ref("mention") }}
where private
