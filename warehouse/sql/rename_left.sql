-- Once every table is copied.
DROP MACRO stream_now;
DROP MACRO batch_now;
DROP TABLE renamed;
