-- What organisations listen for. The list is this project's own.
with told (use_case_id, name, team, question, tables, metric_ids) as (
    values
    (
        'customer_service', 'Customer service', 'care',
        'Who waits for an answer, and do we keep our promise?',
        ['response', 'response_daily'], ['response_rate', 'response_time']
    ),
    (
        'complaint_triage', 'Complaint triage', 'care',
        'What should be answered first, and why?',
        ['triage'], ['priority']
    ),
    (
        'lead', 'Leads', 'product',
        'Who is about to buy, and what would help them decide?',
        ['feedback_mention', 'feedback_daily'], ['mentions']
    ),
    (
        'crisis', 'Crisis', 'pr',
        'Is an issue growing, and how many people carry it?',
        ['issue', 'sentiment_daily'], ['issue_size', 'net_sentiment_of_all']
    ),
    (
        'brand_health', 'Brand health', 'executive',
        'How much and how kindly are we talked of, and do we reach our goals?',
        ['brand_week', 'scorecard'], ['share_of_voice', 'net_sentiment_of_all', 'attained', 'trend']
    ),
    (
        'campaign', 'Campaigns', 'marketing',
        'What did a campaign bring, and what did it cost?',
        ['campaign_result', 'post_value_week', 'spend', 'best_practice'],
        ['economic_value', 'cost_per_engagement', 'engagement', 'virality', 'lift']
    ),
    (
        'competitor', 'Competitors', 'pr',
        'How do we stand beside our competitors?',
        ['share_of_voice_daily', 'sentiment_daily'], ['share_of_voice', 'net_sentiment_of_all']
    ),
    (
        'product_feedback', 'Product feedback', 'product',
        'What do people complain about, wish for and praise?',
        ['feedback_daily', 'feedback_mention', 'topic_week', 'recommendation'],
        ['mentions', 'topic_change', 'days_to_market']
    ),
    (
        'research', 'Research', 'marketing',
        'What else does our audience care about, and where is it?',
        ['audience', 'content_rank', 'reference'], ['share_of_audience', 'times_usual']
    ),
    (
        'influencer', 'Influencers', 'pr',
        'Who matters in our niche?',
        ['influencer'], ['influencer_relevance']
    ),
    (
        'legal_ip', 'Intellectual property', 'legal',
        'Who copies, counterfeits or poses as us?',
        ['infringement_suspect', 'flag_open'], ['flag_score', 'severity']
    ),
    (
        'privacy_security', 'Privacy and security', 'legal',
        'Whose data or which secrets lie open?',
        ['privacy_exposure', 'flag_open'], ['flag_score', 'severity']
    ),
    (
        'hr', 'People', 'hr',
        'How are we talked of as a place to work?',
        ['employer_talk', 'participation_week', 'figure_month'],
        ['mentions', 'turnover', 'participation']
    ),
    (
        'investor_relations', 'Investor relations', 'investor',
        'How does our standing develop, and are our pieces seen?',
        ['brand_talk', 'content_piece'], ['mentions', 'net_sentiment_of_all', 'engagement']
    )
)
select * from told
