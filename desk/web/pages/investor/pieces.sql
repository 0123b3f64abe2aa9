-- What our content brought.
SELECT
    count(*) AS pieces,
    sum(views)::BIGINT AS views,
    sum(engagement)::BIGINT AS engagement,
    sum(answers)::BIGINT AS answers,
    if(count(*) = 0, 'no_pieces', 'not_counted') AS sum_null_reason
FROM content_piece
WHERE __where__
