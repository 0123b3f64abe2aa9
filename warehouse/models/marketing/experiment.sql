-- Each arm's metric is one ratio of sums (a count is per post), its variance that of a ratio
-- estimate, and the interval of the lift comes from both by the delta method, with Student's t
-- at Welch's degrees of freedom.
with post as (
    select
        experiment.experiment_id,
        experiment.metric,
        mention.mention_id,
        case mention.arm
            when experiment.treatment_arm then 'treatment'
            when experiment.control_arm then 'control'
        end as arm,
        coalesce(
            {{ brand_day("mention.published_at", "coalesce(brand.timezone, 'UTC')") }}
            not between coalesce(experiment.starts_on, '-infinity')
            and coalesce(experiment.ends_on, 'infinity'),
            false
        ) as is_outside
    from {{ source("core", "experiment") }} as experiment
    join {{ source("core", "mention") }} as mention
        on mention.experiment in (experiment.experiment_id, experiment.name)
    left join {{ source("core", "brand") }} as brand
        on brand.brand_id = experiment.brand_id
),
look as (
    select
        post.experiment_id,
        post.mention_id,
        post.arm,
        look.observed_at,
        {{ seconds_between("look.published_at", "look.observed_at") }} as age_s,
        cast(case post.metric
            when 'reach' then look.reach
            when 'views' then look.views
            when 'likes' then look.likes
            when 'applause' then look.likes
            when 'shares' then look.shares
            when 'amplification' then look.shares
            when 'comments' then look.conversation
            when 'conversation' then look.conversation
            when 'engagement' then look.engagement
            when 'virality' then look.engagement
            when 'engagement_rate' then look.engagement
        end as double) as numerator,
        cast(case post.metric
            when 'virality' then look.followers
            when 'engagement_rate' then look.reach
            else 1
        end as double) as denominator
    from post
    join {{ few(ref("engagement_snapshot"), "mention_id", "select mention_id from post") }} as look
        using (mention_id)
    where post.arm is not null and not post.is_outside
),
-- A later look that gives only the text says nothing against the counts before it.
measured as (
    select * from look
    where numerator is not null and denominator is not null
    qualify row_number() over (
        partition by experiment_id, mention_id order by observed_at desc
    ) = 1
),
outside as (
    select experiment_id, count(*) as posts
    from post
    where arm is not null and is_outside
    group by experiment_id
),
arm as (
    select
        experiment_id,
        arm,
        count(*) as posts,
        sum(numerator) as total,
        sum(denominator) as denominator,
        median(age_s) as age_s,
        {{ ratio("sum(numerator)", "sum(denominator)") }} as value
    from measured
    group by all
),
residual as (
    select
        experiment_id,
        arm,
        sum(pow(measured.numerator - arm.value * measured.denominator, 2)) as sum_of_squares
    from arm
    join measured using (experiment_id, arm)
    group by all
),
spread as (
    select
        arm.*,
        {{ ratio("residual.sum_of_squares", "arm.posts - 1") }}
        * arm.posts / nullif(pow(arm.denominator, 2), 0) as variance
    from arm
    join residual using (experiment_id, arm)
),
compared as (
    select
        experiment.experiment_id,
        experiment.brand_id,
        experiment.name,
        experiment.hypothesis,
        experiment.metric,
        experiment.control_arm,
        experiment.treatment_arm,
        experiment.starts_on,
        experiment.ends_on,
        coalesce(control.posts, 0) as control_posts,
        coalesce(treatment.posts, 0) as treatment_posts,
        coalesce(outside.posts, 0) as posts_outside,
        control.age_s as control_age_s,
        treatment.age_s as treatment_age_s,
        control.value as control_value,
        treatment.value as treatment_value,
        {{ ratio("treatment.value - control.value", "control.value") }} as lift,
        sqrt(
            treatment.variance / nullif(pow(control.value, 2), 0)
            + pow(treatment.value, 2) * control.variance / nullif(pow(control.value, 4), 0)
        ) as standard_error,
        coalesce(
            pow(treatment.variance + control.variance, 2) / nullif(
                pow(treatment.variance, 2) / (treatment.posts - 1)
                + pow(control.variance, 2) / (control.posts - 1),
                0
            ),
            treatment.posts + control.posts - 2
        ) as df
    from {{ source("core", "experiment") }} as experiment
    left join spread as control
        on control.experiment_id = experiment.experiment_id and control.arm = 'control'
    left join spread as treatment
        on treatment.experiment_id = experiment.experiment_id and treatment.arm = 'treatment'
    left join outside on outside.experiment_id = experiment.experiment_id
),
bounded as (
    select
        compared.*,
        lift - {{ student_t_975("df") }} * standard_error as ci_low,
        lift + {{ student_t_975("df") }} * standard_error as ci_high
    from compared
)
select
    experiment_id as id,
    brand_id,
    name,
    hypothesis,
    metric,
    control_arm,
    treatment_arm,
    starts_on,
    ends_on,
    control_posts,
    treatment_posts,
    posts_outside,
    control_age_s,
    treatment_age_s,
    control_value,
    treatment_value,
    lift,
    ci_low,
    ci_high,
    case
        when ci_low is null then 'undecided'
        when ci_low > 0 then 'better'
        when ci_high < 0 then 'worse'
        else 'no_difference_shown'
    end as verdict,
    case
        when metric is null or metric not in {{ experiment_metrics() }} then 'unknown_metric'
        when control_posts = 0 or treatment_posts = 0 then 'empty_arm'
        when control_value is null or treatment_value is null then 'no_denominator'
        when control_value = 0 then 'control_is_zero'
        when control_posts < 2 or treatment_posts < 2 then 'too_few_posts'
    end as null_reason
from bounded
