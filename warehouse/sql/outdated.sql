-- What a replaced content, or a mention that was deleted, said of anything but labels goes.
CREATE OR REPLACE TEMP TABLE outdated AS
SELECT mention_id FROM replaced WHERE NOT is_new UNION SELECT mention_id FROM lost;

DELETE FROM core.mention_brand WHERE mention_id IN (SELECT mention_id FROM outdated);
DELETE FROM core.mention_topic WHERE mention_id IN (SELECT mention_id FROM outdated);
DELETE FROM core.entity WHERE mention_id IN (SELECT mention_id FROM outdated);
DELETE FROM core.flag WHERE mention_id IN (SELECT mention_id FROM outdated);
DELETE FROM core.embedding WHERE mention_id IN (SELECT mention_id FROM outdated);
DELETE FROM core.mention_band WHERE mention_id IN (SELECT mention_id FROM outdated);

-- What is heard instead, file by file: contents with the versions of the taggers, and bands.
CREATE OR REPLACE TEMP TABLE spoken (mention_id VARCHAR, content_hash VARCHAR, versions UBIGINT);
CREATE OR REPLACE TEMP TABLE band_new (mention_id VARCHAR, band UBIGINT);
