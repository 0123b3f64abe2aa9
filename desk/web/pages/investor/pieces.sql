-- What our content brought.
SELECT
    count(*) AS pieces,
    sum(views)::BIGINT AS views,
    sum(engagement)::BIGINT AS engagement,
    sum(answers)::BIGINT AS answers
FROM content_piece
WHERE __where__
