-- What every team file tells about itself. $team, $now, $horizon, $publish_days.
-- Batches are told of in `coverage` only: a second run at a held clock may add batches, and must
-- change nothing else.
CREATE TABLE team.main.metric AS
SELECT * FROM source.mart.metric WHERE team = $team;

CREATE TABLE team.main.use_case AS SELECT * FROM source.mart.use_case;

CREATE TABLE team.main.topic AS
SELECT topic_id, name FROM source.core.topic ORDER BY topic_id;

CREATE TABLE team.main.alert_act AS
SELECT
    decision_id,
    subject_id AS alert_id,
    json_extract_string(fields, '$.rule') AS rule_id,
    json_extract_string(fields, '$.brand_id') AS brand_id,
    action,
    actor,
    effective_at AS acted_at
FROM source.core.decision
WHERE kind = 'alert' AND json_extract_string(fields, '$.owner') = $team
-- Said again after the desk's state was lost: once is enough.
QUALIFY row_number() OVER (PARTITION BY alert_id, action, effective_at ORDER BY decision_id) = 1
ORDER BY acted_at, decision_id;

CREATE TABLE team.main.coverage AS
SELECT c.*, b.sealed_at, r.served, r.quarantined, b.marked
FROM source.core.coverage AS c
JOIN source.core.batch AS b USING (batch_id)
JOIN source.core.receipt AS r USING (batch_id)
WHERE b.sealed_at >= $horizon;

CREATE TABLE team.main.readme AS
SELECT 'built' AS section, 'at' AS item, strftime($now::TIMESTAMPTZ, '%Y-%m-%dT%H:%M:%SZ') AS text
UNION ALL SELECT 'built', 'for', $team
UNION ALL SELECT 'built', 'from mentions', count(*)::VARCHAR FROM source.core.mention
UNION ALL SELECT 'built', 'newest mention', strftime(max(published_at), '%Y-%m-%dT%H:%M:%SZ')
    FROM source.core.mention
UNION ALL SELECT 'built', 'from batches', 'see the table coverage, one row for each batch'
UNION ALL SELECT 'built', 'days of mentions', $publish_days || ', older rows lie beside the file as '
    || $team || '/<table>/<year>-<month>.parquet'
UNION ALL SELECT DISTINCT 'coverage', source, string_agg(DISTINCT state, ', ' ORDER BY state)
    FROM team.main.coverage GROUP BY source
UNION ALL SELECT 'table', table_name, coalesce(comment, '')
    FROM duckdb_tables() WHERE database_name = 'source' AND schema_name = $team
UNION ALL SELECT 'table', table_name, comment
    FROM duckdb_tables() WHERE database_name = 'team' AND table_name IN ('mention', 'mention_vector')
UNION ALL SELECT 'metric', metric_id, formula FROM team.main.metric
UNION ALL SELECT 'definition', 'instants', 'columns ending in _at are instants in UTC'
UNION ALL SELECT 'definition', 'NULL', 'unknown, never 0; a column *_null_reason says why';

COMMENT ON COLUMN team.main.alert_act.decision_id IS 'Hash of kind, who and when.';

COMMENT ON COLUMN team.main.alert_act.alert_id IS 'The alert, as the desk and listening alerts name it.';

COMMENT ON COLUMN team.main.alert_act.rule_id IS 'Rule of the brand file that raised it.';

COMMENT ON COLUMN team.main.alert_act.brand_id IS 'Brand it is of; NULL: of none.';

COMMENT ON COLUMN team.main.alert_act.action IS 'ack, escalate, close or mute (its rule and subject, for a day).';

COMMENT ON COLUMN team.main.alert_act.actor IS 'Who did it, by a pseudonym.';

COMMENT ON COLUMN team.main.alert_act.acted_at IS 'When it was done.';

COMMENT ON COLUMN team.main.coverage.sealed_at IS 'When the batch was sealed.';

COMMENT ON COLUMN team.main.coverage.served IS 'Items the source served in this batch.';

COMMENT ON COLUMN team.main.coverage.quarantined IS
    'Items of this batch that could not be read; the warehouse holds each with its reason.';

COMMENT ON COLUMN team.main.coverage.marked IS
    'True where more than 2 % of the batch was quarantined: look before you trust its numbers.';

COMMENT ON COLUMN team.main.topic.topic_id IS 'Topic of the brand files.';

COMMENT ON COLUMN team.main.topic.name IS 'Its name there.';

COMMENT ON COLUMN team.main.readme.section IS
    'What the row is about: built, coverage, table, metric or definition.';

COMMENT ON COLUMN team.main.readme.item IS 'The thing the row tells of, within its section.';

COMMENT ON COLUMN team.main.readme.text IS 'What there is to know of it.';
