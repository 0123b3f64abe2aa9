SELECT bucket, count(*) FROM outcome GROUP BY bucket;
