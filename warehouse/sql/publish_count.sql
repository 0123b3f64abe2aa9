SELECT count(*) FROM main.__table__;
