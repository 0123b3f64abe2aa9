-- What `mask_handles`, `shown_text` and `public_url` of the models do, for what is published beside them; a test
-- holds both alike.
CREATE OR REPLACE TEMP MACRO masked(said) AS
    CASE
        WHEN NOT contains(said, '@') THEN said
        ELSE regexp_replace(said, '@[\p{L}\p{N}_][\p{L}\p{N}_.\-]*(@[\p{L}\p{N}_.\-]+)?', '@…', 'g')
    END;

CREATE OR REPLACE TEMP MACRO unnamed(url, handle) AS
    CASE
        WHEN url = '' THEN NULL
        WHEN contains(url, '/@') THEN NULL
        WHEN contains(lower(url), lower(nullif(split_part(ltrim(handle, '@'), '@', 1), ''))) THEN NULL
        ELSE url
    END;

CREATE OR REPLACE TEMP MACRO withheld() AS '[withheld: it is private or may expose personal data]';
