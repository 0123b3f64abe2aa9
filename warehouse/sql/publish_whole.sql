SELECT count(*) FROM source.__table__;
