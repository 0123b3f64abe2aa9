-- What a layer makes of a value of the smaller world; layer 0 is as it was.
CREATE OR REPLACE TEMP MACRO own_id(id, layer) AS
    if(layer = 0, id, chr(102 + layer) || id[2:]);

CREATE OR REPLACE TEMP MACRO own_name(name, layer) AS
    if(layer = 0 OR name = '', name, name || '~' || layer);

CREATE OR REPLACE TEMP MACRO own_text(said, layer) AS
    if(
        layer = 0 OR said = '' OR starts_with(said, '[withheld'), said,
        said || ' ' || chr(97 + layer) || chr(97 + layer)
    );

CREATE OR REPLACE TEMP MACRO own_handle(handle, layer) AS
    if(layer = 0, handle, regexp_replace(handle, '^(@?)user', '\1user' || layer || '_'));

-- How the source names what has an id, by which the load makes it (contract.mention_id, stage.sql).
CREATE OR REPLACE TEMP TABLE known_mention AS
SELECT mention_id AS id, {source: source, name: native_id} AS told FROM small.core.mention;

-- Handles of brands stand in the brand file: they stay, and nobody adds to those of other layers.
CREATE OR REPLACE TEMP TABLE known_author AS
SELECT author_key AS id, {source: source, name: handle} AS told
FROM small.core.author
WHERE regexp_matches(handle, '^@?user');

CREATE OR REPLACE TEMP MACRO own_mention(id, told, layer) AS
    if(
        layer = 0 OR told IS NULL, own_id(id, layer),
        substr(sha256(concat_ws(chr(31), told.source, own_name(told.name, layer))), 1, 32)
    );

CREATE OR REPLACE TEMP MACRO own_author(key, told, layer) AS
    if(
        layer = 0 OR told IS NULL, own_id(key, layer),
        substr(sha256(getvariable('outer_pad')::BLOB || unhex(sha256(
            getvariable('inner_pad')::BLOB
            || encode(concat_ws(chr(31), told.source, own_handle(told.name, layer)))
        ))), 1, 32)
    );

CREATE OR REPLACE TEMP MACRO own_band(band, layer) AS xor(band, layer::UBIGINT);

-- Of a decision: a mention, or a case or takedown, which have names.
CREATE OR REPLACE TEMP MACRO own_subject(subject, told, layer) AS
    if(
        regexp_full_match(subject, '[0-9a-f]{32}'), own_mention(subject, told, layer),
        own_name(subject, layer)
    );

-- `mention:<id>:<content>`.
CREATE OR REPLACE TEMP MACRO own_evidence(ref, told, layer) AS
    concat_ws(
        ':', 'mention', own_mention(split_part(ref, ':', 2), told, layer),
        own_id(split_part(ref, ':', 3), layer)
    );

-- The letters of an answer, and its cluster.
CREATE OR REPLACE TEMP MACRO own_wordings(wordings, told, layer) AS
    if(
        layer = 0, wordings,
        [wordings[1] || chr(97 + layer) || chr(97 + layer), own_mention(wordings[2], told, layer)]
    );
