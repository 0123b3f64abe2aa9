-- Items of `stage` that are not for the public, by their source's own word: no sign of a fault.
SELECT count(*) AS hidden FROM stage WHERE bucket = 'quarantined' AND reason = 'not_public';
