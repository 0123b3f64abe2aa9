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
    if(layer = 0, handle, replace(handle, '@user', '@user' || layer || '_'));

CREATE OR REPLACE TEMP MACRO own_band(band, layer) AS xor(band, layer::UBIGINT);

-- Of a decision: a mention, or a case or takedown, which have names.
CREATE OR REPLACE TEMP MACRO own_subject(subject, layer) AS
    if(
        regexp_full_match(subject, '[0-9a-f]{32}'), own_id(subject, layer), own_name(subject, layer)
    );

-- `mention:<id>:<content>`.
CREATE OR REPLACE TEMP MACRO own_evidence(ref, layer) AS
    concat_ws(
        ':', 'mention', own_id(split_part(ref, ':', 2), layer), own_id(split_part(ref, ':', 3), layer)
    );

-- The letters of an answer, and its cluster.
CREATE OR REPLACE TEMP MACRO own_wordings(wordings, layer) AS
    if(
        layer = 0, wordings,
        [wordings[1] || chr(97 + layer) || chr(97 + layer), own_id(wordings[2], layer)]
    );
