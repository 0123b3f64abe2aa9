-- How many mentions are about to go.
SELECT count(*) FROM lost;
