-- The metric registry. A metric that several teams read has one meaning and a row for each.
with definition (metric_id, version, teams, name, formula, denominator, null_reason, description) as (
    values
    (
        'mentions', 2, ['product', 'pr', 'marketing', 'executive', 'hr', 'investor'], 'Mentions',
        'count of mentions',
        null, null,
        'Each mention once for each brand it is about, without what the brand itself says. Share of voice and sentiment also leave out spam and what any declared brand says, share of voice the brand''s own channels.'
    ),
    (
        'mentions_deduped', 1, ['product', 'pr', 'marketing', 'executive', 'investor'], 'Mentions, near copies once',
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
        'topic_change', 2, ['product'], 'Change of a topic',
        'change_ratio = (mentions - mentions_before) / mentions_before',
        'mentions of the week before; of a week that is not over up to the same moment',
        'change_ratio_null_reason: first_week, no_mentions_last_week',
        'topic_week: this week against last, like for like.'
    ),
    (
        'topic_trend', 1, ['product'], 'Trend of a topic',
        'exact binomial test of voices against voices_before; up or down where q_value <= 0.05',
        null,
        'trend_null_reason: first_week, too_few, partial_coverage',
        'topic_week: q_value takes all topics of the brand in the week into account (Benjamini and Hochberg).'
    ),
    (
        'aspect_sentiment', 1, ['product'], 'Sentiment of an aspect',
        'net_sentiment_of_all = (positive - negative) / scored',
        'mentions of that topic of the product alone, with a sentiment that counts',
        'net_sentiment_null_reason: none_scored',
        'aspect_sentiment_week: towards the product where that was judged (judged_towards), else of the whole mention; mentions of several topics count apart (several_topics).'
    ),
    (
        'release_change', 2, ['product'], 'Change since a release',
        'change = problem_voices_after / voices_after - problem_voices_before / voices_before',
        'people who spoke of the product (or brand) on each side, an author once, near copies once',
        'null_reason: too_young, cut_by_next_release, cut_by_last_release, no_mentions_before, no_mentions_after',
        'release_change: problems are complaints and bug reports; one loud author is one voice; 95 % interval by Newcombe''s method 10.'
    ),
    (
        'release_effect', 2, ['product'], 'Effect of a release',
        'effect = change - control_change, both of voices',
        'as of the change, and people who spoke of other brands in the same days, 20 at least',
        'effect_null_reason: as of the change, no_control',
        'release_change: what moved all brands alike is taken out; 95 % interval from both intervals (MOVER). No proof of a cause.'
    ),
    (
        'share_implemented', 1, ['product'], 'Share of advice that was implemented',
        'implemented / proposed',
        'recommendations of the quarter, duplicates once',
        null,
        'recommendation_quarter: by the quarter they were proposed in, so young quarters are low.'
    ),
    (
        'days_to_market', 2, ['product'], 'Days to market',
        'implemented_on - proposed_on; of many the median, open ones as endless',
        null,
        'days_to_market_null_reason: not_implemented, implemented_on_unknown, proposed_on_unknown, implemented_before_proposed; median_null_reason: median_still_open, none_timed',
        'recommendation, recommendation_quarter: how long adopted advice took.'
    ),
    (
        'flag_score', 1, ['legal'], 'Score of a flag',
        'probability the rule gives',
        null, null,
        'flag_open.score: how sure a rule is that a reviewer should look. Never a verdict.'
    ),
    (
        'flag_age', 1, ['legal'], 'Age of a flag',
        'age_days = whole days from first_flagged_at until the table was built',
        null, null,
        'flag_open: counted from when the words first reached us, so that a re-run of the taggers makes no flag younger.'
    ),
    (
        'case_age', 1, ['legal'], 'Age of a case',
        'age_days = whole days from the first decision until it was closed, or until the table was built',
        null, null,
        'legal_case.'
    ),
    (
        'counter_notice_clock', 1, ['legal'], 'Clock of a counter-notice',
        'counter_due_from, counter_due_until = 10th and 14th business day after the counter-notice',
        null,
        'NULL without a counter-notice',
        'takedown: weekdays without the brand''s holidays, in its time zone; the day of the notice is day 0. next_clock says which one runs.'
    ),
    (
        'days_to_removal', 1, ['legal'], 'Days to removal',
        'whole days from sent_at to removed_at',
        null,
        'days_to_removal_null_reason: not_sent, not_removed, removed_before_sent',
        'takedown: of those not removed nothing is known yet; count them beside a median.'
    ),
    (
        'severity', 1, ['legal'], 'Severity of a flag',
        '3 threat, doxxing, safety; 2 rights and secrets; 1 legal_talk',
        null, null,
        'flag_open, infringement_suspect, privacy_exposure.'
    ),
    (
        'share_of_voice', 2, ['pr', 'executive'], 'Share of voice',
        'mentions / mentions_all_brands',
        'mentions of the declared competitor set on the same days, itself included',
        'share_null_reason: no_mentions, no_competitors',
        'share_of_voice_daily: words of brands, own channels and spam left out; a mention of two brands counts for both, and mentions_of_set counts it once; read it with coverage. Over several days sum both parts first.'
    ),
    (
        'share_of_voice_deduped', 2, ['pr'], 'Share of voice, near copies once',
        'mentions_deduped / mentions_deduped_all_brands',
        'mentions of the declared competitor set, near copies once',
        'share_deduped_null_reason: no_mentions, no_competitors, copies_only',
        'share_of_voice_daily.'
    ),
    (
        'net_sentiment_of_all', 1, ['pr', 'care', 'executive', 'investor'], 'Net sentiment, of all',
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
        'issue_count', 1, ['pr'], 'Issues of a day',
        'count of issues with started_on <= day <= last_on',
        null, null,
        'issue_day: read it with coverage; a day not heard shows none.'
    ),
    (
        'issue_velocity_24h', 1, ['pr'], 'Velocity of an issue',
        'authors_24h - people of the 24 hours before',
        null, null,
        'issue: people, not posts; below 0 it slows.'
    ),
    (
        'largest_author_share', 1, ['pr'], 'Share of the loudest author',
        'mentions of its loudest author / mentions',
        'mentions of the issue', 'NULL where the source hides all authors',
        'issue: near 1, one person makes it.'
    ),
    (
        'issue_response_change', 1, ['pr'], 'Change after a response',
        'change = (bad_after - bad_before) / bad_before, beside control_change of the other topics',
        'bad mentions of the 3 days before (bad_before, control_before)',
        'null_reason: too_young, nothing_before, no_control',
        'issue_response: what is loud falls by itself. Compare with control_change, and with issues that got no response.'
    ),
    (
        'time_to_first_response', 1, ['pr'], 'Time to the first response to an issue',
        'response_at - first mention in the issue',
        null, 'NULL where is_responded is false',
        'issue_response: a reply by a person in it, or a post about its topic.'
    ),
    (
        'complaint_share', 1, ['pr'], 'Complaints about a competitor',
        'complaints / mentions; own_complaints / own_mentions beside it',
        'mentions of the competitor, and of the own brand, of the week and topic',
        'own_null_reason: own_not_mentioned',
        'competitor_experience: over several weeks add up both parts first.'
    ),
    (
        'prefers_us', 1, ['pr'], 'Preferred to a competitor',
        'count of mentions about both that think better of the own brand; prefers_them the other way',
        null, null,
        'competitor_experience, competitor_mention: of names_us; a mention that was not judged towards both prefers nobody.'
    ),
    (
        'influencer_relevance', 2, ['pr'], 'Relevance of an influencer',
        'topical_share x ln(1 + engagement_per_post) x audience_overlap x recency x follower_part',
        null, 'engagement_null_reason: no_counts, no_counts_in_brand say what stood in for engagement',
        'influencer: parts are drawn towards what is usual where posts are few. Followers weigh 0 unless influencer_follower_weight is set.'
    ),
    (
        'response_rate', 2, ['care', 'executive'], 'Response rate',
        'answered_in_time / inbound',
        'said to the brand and in need of a reply, open ones included, not yet due ones too (open_not_due)',
        'response_rate_null_reason: no_business_hours; no row where nothing needed a reply',
        'response_period, response_daily: first reply by a person at a declared handle within the promised business time. A word of receipt by a machine is no reply; spam, shares, the brand''s own words and reviews whose answers no source shows are left out. A reply whose clock is before its question is in time.'
    ),
    (
        'answered_rate', 2, ['care'], 'Answered rate',
        'answered / inbound',
        'said to the brand and in need of a reply, open ones included',
        'no row where nothing needed a reply',
        'response_period, response_daily: answered by a person at all.'
    ),
    (
        'response_time', 2, ['care'], 'Response time',
        'median and p90 of calendar_s and of business_s, interpolated, open ones as endless',
        null,
        'calendar_null_reason, business_null_reason: median_still_open, p90_still_open, none_timed, no_business_hours',
        'response_period, response_daily: right-censored, so that open ones do not flatter. Never average medians: read the row of the longer period, or take them again from response.'
    ),
    (
        'reopened', 1, ['care'], 'Reopened',
        'count of answered ones whose author needed a reply again within 14 days',
        null, null,
        'response.reopened_at, response_period: in the thread, or in answer to the answer.'
    ),
    (
        'sentiment_after_response', 1, ['care'], 'Sentiment after the response',
        'share_better = better / (better + same + worse), share_worse alike, beside the row without an answer',
        'people who spoke again within 14 days and were judged both times',
        'share_null_reason: none_judged',
        'response_outcome_week, response_outcome: what an answer changed is the distance to those who got none; anger cools by itself.'
    ),
    (
        'care_engagement', 1, ['care'], 'Engagements of a day',
        'counts of inbound, own_posts, own_replies and conversations; engagement of own posts of the day',
        null, 'engagement_null_reason: no_own_posts, no_counts',
        'engagement_daily: channels add up to (all), but people and conversations do not.'
    ),
    (
        'join_score', 1, ['care'], 'Worth joining',
        'need_part x reach_part x freshness_part x unanswered_part',
        null, null,
        'join_candidate: the parts stand beside it; an unknown reach counts 1.'
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
        'post_metric: for many posts, sum(conversation) / count(conversation), as post_value_week does.'
    ),
    (
        'amplification', 1, ['marketing'], 'Amplification rate',
        'amplification per post = shares',
        'posts (count the rows of one look)',
        'NULL where the source gives no shares',
        'post_metric: for many posts, sum(amplification) / count(amplification), as post_value_week does.'
    ),
    (
        'applause', 1, ['marketing'], 'Applause rate',
        'applause per post = likes',
        'posts (count the rows of one look)',
        'NULL where the source gives no likes',
        'post_metric: for many posts, sum(applause) / count(applause), as post_value_week does. applause_is_net marks ups minus downs.'
    ),
    (
        'lift', 1, ['marketing'], 'Lift of an experiment',
        '(treatment_value - control_value) / control_value',
        'metric of the control arm',
        'null_reason: unknown_metric, empty_arm, no_denominator, control_is_zero, too_few_posts',
        'experiment: 95 % interval by the delta method with Student''s t at Welch''s degrees of freedom.'
    ),
    (
        'economic_value', 1, ['marketing'], 'Economic value',
        'revenue + saving',
        null,
        'economic_value_null_reason: not_imported, mixed_currency',
        'spend, campaign_result, post_value: as imported costs state it, never guessed and never converted.'
    ),
    (
        'net_value', 1, ['marketing'], 'Net value',
        'economic_value - spend',
        null,
        'net_value_null_reason: no_economic_value, no_spend',
        'spend: in one currency.'
    ),
    (
        'cost_per_engagement', 1, ['marketing'], 'Cost per engagement',
        'spend / engagement',
        'engagement of the campaign''s posts',
        'cost_per_engagement_null_reason: mixed_currency, no_spend, no_counts, no_engagement',
        'campaign_result: hours are not in it.'
    ),
    (
        'campaign_mentions', 1, ['marketing'], 'Mentions around a campaign',
        'mentions_before, mentions_during, mentions_after: mentions of the brand in equally many days',
        null,
        'mentions_null_reason: no_brand, no_dates, not_started, after_is_not_over',
        'campaign_result: without own words and spam. They say when, not why.'
    ),
    (
        'potential_reach', 1, ['marketing'], 'Potential reach',
        'sum over authors of the most followers at their posts'' looks',
        null,
        'NULL where no followers are known',
        'post_value_week: one author''s followers count once; they are no people reached.'
    ),
    (
        'times_usual', 1, ['marketing'], 'Times the usual',
        'engagement / usual_engagement',
        'median engagement of 5 posts or more of the same brand''s field, channel, speaker and age, last 180 days',
        'times_usual_null_reason: too_few_posts, usual_is_zero',
        'content_rank, young_post: a young post is compared with others at its age.'
    ),
    (
        'trend', 1, ['executive'], 'Trend of a goal',
        'actual against that of the latest earlier period of the same length',
        null,
        'trend_null_reason: no_actual, unknown_period, first_period, no_previous_actual',
        'scorecard: is_better says whether it moved the way the goal asks for, is_on_track whether the target is kept.'
    ),
    (
        'turnover', 1, ['hr'], 'Staff turnover',
        'leavers / headcount',
        'people employed in the month',
        'turnover_null_reason: no_leavers, no_headcount, zero_headcount',
        'figure_month: imported figures. Over several months add up leavers, then divide by a headcount of your choice.'
    ),
    (
        'hired_of_applications', 1, ['hr'], 'Hired of applications',
        'hires / applications',
        'applications of the month',
        'hired_of_applications_null_reason: no_hires, no_applications, zero_applications',
        'figure_month: imported figures; who is hired in a month may have applied before.'
    ),
    (
        'participation', 1, ['hr'], 'Participation',
        'handles, posts, replies = counts of declared handles that spoke, of their posts and replies',
        null, null,
        'participation_week: declared handles only. Private accounts of employees are not looked at.'
    ),
    (
        'share_of_audience', 2, ['marketing'], 'Share of the audience',
        'authors / authors_brand',
        'people who mentioned the brand in the last 365 days',
        'cells of fewer than 3 people are left out',
        'audience: compare it with authors_thing / authors_all, the same share of whoever mentions any brand.'
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
