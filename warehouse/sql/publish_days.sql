-- For how many days the models hold what is told at length. NULL: no brand was ever loaded.
SELECT max(publish_days) FROM source.core.brand;
