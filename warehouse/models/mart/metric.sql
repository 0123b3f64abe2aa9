-- The metric registry. A metric that several teams read has one meaning and a row for each.
with definition (metric_id, version, teams, name, formula, denominator, null_reason, description) as (
    values
    (
        'mentions', 1, ['product', 'pr', 'executive', 'hr', 'investor'], 'Mentions',
        'count of mentions',
        null, null,
        'Each mention once for each brand it is about, without what the brand itself says. Share of voice also leaves out the brand''s own channels.'
    ),
    (
        'mentions_deduped', 1, ['pr', 'executive', 'investor'], 'Mentions, near copies once',
        'count of distinct near-copy clusters',
        null, null,
        'Near copies count once, on the day of the earliest.'
    ),
    (
        'authors', 1, ['product', 'pr', 'marketing', 'hr', 'investor'], 'Authors',
        'count of distinct authors',
        null, null,
        'Distinct within a source; identities are never joined across sources, and hidden authors add none. Authors of several days do not add up.'
    ),
    (
        'topic_change', 1, ['product'], 'Change of a topic',
        'change_ratio = (mentions - mentions_last_week) / mentions_last_week',
        'mentions of the week before',
        'change_ratio_null_reason: first_week, no_mentions_last_week',
        'topic_week: this week against last.'
    ),
    (
        'days_to_market', 1, ['product'], 'Days to market',
        'implemented_on - proposed_on',
        null,
        'days_to_market_null_reason: not_implemented, proposed_on_unknown, implemented_before_proposed',
        'recommendation: how long an adopted recommendation took.'
    ),
    (
        'flag_score', 1, ['legal'], 'Score of a flag',
        'probability the rule gives',
        null, null,
        'flag_open.score: how sure a rule is that a reviewer should look. Never a verdict.'
    ),
    (
        'severity', 1, ['legal'], 'Severity of a flag',
        '3 threat, doxxing, safety; 2 rights and secrets; 1 legal_talk',
        null, null,
        'flag_open, infringement_suspect, privacy_exposure.'
    ),
    (
        'share_of_voice', 1, ['pr', 'executive'], 'Share of voice',
        'mentions / mentions_all_brands',
        'mentions of all declared brands on the same days',
        'share_null_reason: no_mentions',
        'share_of_voice_daily: own words and own channels left out; a mention of two brands counts for both; read it with coverage. Over several days sum both parts first.'
    ),
    (
        'share_of_voice_deduped', 1, ['pr'], 'Share of voice, near copies once',
        'mentions_deduped / mentions_deduped_all_brands',
        'mentions of all declared brands, near copies once',
        'NULL where only copies of earlier days were heard, or nothing',
        'share_of_voice_daily.'
    ),
    (
        'net_sentiment_of_all', 1, ['pr', 'executive', 'investor'], 'Net sentiment, of all',
        '(positive - negative) / (negative + neutral + positive)',
        'mentions with a sentiment that counts',
        'net_sentiment_null_reason: none_scored',
        'From -1 to 1. Abstained mentions are in neither part; see their number beside it.'
    ),
    (
        'net_sentiment_of_polar', 1, ['pr'], 'Net sentiment, of polar',
        '(positive - negative) / (negative + positive)',
        'mentions with negative or positive sentiment',
        'net_sentiment_null_reason: none_scored, none_polar',
        'sentiment_daily: as of all, without the neutral ones.'
    ),
    (
        'issue_size', 1, ['pr'], 'Size of an issue',
        'authors, mentions, mentions_deduped, reach, velocity, days',
        null, 'reach is NULL where unknown for all authors',
        'issue: people first. Reach takes one author once, and is potential.'
    ),
    (
        'influencer_relevance', 1, ['pr'], 'Relevance of an influencer',
        'topical_share x ln(1 + engagement_per_post) x audience_overlap x recency',
        null, null,
        'influencer: parts are drawn towards the mean where posts are few. Followers weigh 0.'
    ),
    (
        'response_rate', 1, ['care', 'executive'], 'Response rate',
        'answered_in_time / inbound',
        'said to the brand and in need of a reply, open ones included',
        'no row, or NULL, where nothing needed a reply',
        'response_daily: first reply by a declared handle within the promised business time. Spam, shares, the brand''s own words and reviews whose answers no source shows are left out.'
    ),
    (
        'answered_rate', 1, ['care'], 'Answered rate',
        'answered / inbound',
        'said to the brand and in need of a reply, open ones included',
        'no row where nothing needed a reply',
        'response_daily: answered at all.'
    ),
    (
        'response_time', 1, ['care'], 'Response time',
        'median and p90 of calendar_s and of business_s, open ones as endless',
        null,
        'null_reason: median_still_open, p90_still_open',
        'response_daily: right-censored, so that open ones do not flatter. Never average medians: take them again from response.'
    ),
    (
        'priority', 1, ['care'], 'Priority',
        'severity_part x reach_part x age_part x sla_part',
        null, null,
        'triage: the parts stand beside it; an unknown reach counts 1.'
    ),
    (
        'reach', 2, ['pr', 'care', 'marketing'], 'Reach',
        'views, else followers when it was posted',
        null,
        'NULL and no reach_kind where neither is known',
        'Potential where it is followers. Never add up several posts of one author as people.'
    ),
    (
        'engagement', 1, ['product', 'pr', 'marketing', 'hr', 'investor'], 'Engagement',
        'likes + shares + comments',
        null,
        'NULL where the source gives none of the three',
        'At one look; compare looks of one age.'
    ),
    (
        'virality', 2, ['marketing'], 'Virality',
        'engagement / followers',
        'followers, at that date, of the handle that posted',
        'virality_null_reason: off_channel, no_counts, no_followers, zero_followers',
        'post_metric: of a brand''s own posts. Off-channel nobody is a fan, whoever follows the author.'
    ),
    (
        'conversation', 2, ['marketing'], 'Conversation rate',
        'conversation per post = comments - own_answers (replies by the brand that posted it)',
        'posts (count the rows of one look)',
        'NULL where the source gives no comments',
        'post_metric: for many posts, sum(conversation) / count(conversation).'
    ),
    (
        'amplification', 1, ['marketing'], 'Amplification rate',
        'amplification per post = shares',
        'posts (count the rows of one look)',
        'NULL where the source gives no shares',
        'post_metric: for many posts, sum(amplification) / count(amplification).'
    ),
    (
        'applause', 1, ['marketing'], 'Applause rate',
        'applause per post = likes',
        'posts (count the rows of one look)',
        'NULL where the source gives no likes',
        'post_metric: for many posts, sum(applause) / count(applause). applause_is_net marks ups minus downs.'
    ),
    (
        'lift', 1, ['marketing'], 'Lift of an experiment',
        '(treatment_value - control_value) / control_value',
        'metric of the control arm',
        'null_reason: unknown_metric, empty_arm, no_denominator, control_is_zero, too_few_posts',
        'experiment: 95 % interval by the delta method with Student''s t at Welch''s degrees of freedom.'
    ),
    (
        'share_of_audience', 1, ['marketing'], 'Share of the audience',
        'authors / authors_brand',
        'people who mention the brand',
        'cells of fewer than 3 people are left out',
        'audience: compare it with authors_thing / authors_all.'
    ),
    (
        'attained', 1, ['executive'], 'Attained',
        'actual / target',
        'target of the goal',
        'attained_null_reason: no_actual, no_target, zero_target',
        'scorecard: imported figures, never guessed.'
    )
)
select metric_id, version, unnest(teams) as team, name, formula, denominator, null_reason, description
from definition
