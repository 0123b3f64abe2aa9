-- The vectors of the mentions whose text __table__ holds. `vector` has those of all recent
-- mentions. A vector tells much of its text, so where one is withheld, so is the other: $open is
-- whether this team reads every text.
CREATE TABLE IF NOT EXISTS team.main.mention_vector AS SELECT * FROM vector WHERE false;

INSERT INTO team.main.mention_vector
SELECT mention_id, version, vector
FROM vector
SEMI JOIN team.main.__table__ AS shown USING (mention_id)
ANTI JOIN team.main.mention_vector AS known USING (mention_id)
WHERE $open OR mention_id NOT IN (SELECT mention_id FROM source.mart.withheld_mention);

COMMENT ON TABLE team.main.mention_vector IS
    'What recent mentions are about, as directions: for `listening similar`. Grain: mention_id.';

COMMENT ON COLUMN team.main.mention_vector.mention_id IS 'The mention.';

COMMENT ON COLUMN team.main.mention_vector.version IS 'Version of the encoder.';

COMMENT ON COLUMN team.main.mention_vector.vector IS
    'Direction in the encoder''s space, in steps of 1/127 of its largest part: compare by cosine.';
