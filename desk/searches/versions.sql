-- The encoder that made the vectors of this file; no row where it holds none.
SELECT version FROM mention_vector LIMIT 1;
