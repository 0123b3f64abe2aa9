-- Writes down what made the models of a good build. $models.
DELETE FROM staging.built;

INSERT INTO staging.built VALUES ($models);

DELETE FROM staging.building;
