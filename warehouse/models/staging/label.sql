-- Every label of the mentions this build takes up, of all contents and versions.
select mention_id, content_hash, tagger, version, label, p, abstained, probabilities
from {{ source("core", "label") }}
where {{ stale(wide=source("core", "label")) }}
