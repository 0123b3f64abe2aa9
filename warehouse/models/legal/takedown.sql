-- A takedown and its clocks. After a counter-notice the platform puts the content back no sooner
-- than 10 and no later than 14 business days on, unless it hears of a suit before (17 USC 512(g)).
-- Business days are weekdays without the brand's holidays; the day of the notice is day 0.
with word as (
    select *, action = 'note' as is_note
    from {{ source("core", "decision") }}
    where kind = 'takedown'
),
told as (
    select
        subject_id as takedown_id,
        arg_max(case_id, {{ decision_order() }}) as case_id,
        arg_max(mention_id, {{ decision_order() }}) as mention_id,
        bool_or(mention_deleted) as mention_deleted,
        {% for name in ("basis", "platform", "brand_id", "url", "reference", "owner") %}
        arg_max({{ said_field(name) }}, {{ decision_order() }}) as {{ name }},
        {% endfor %}
        {% for action, name in (
            ("draft", "drafted"), ("send", "sent"), ("acknowledge", "acknowledged"),
            ("remove", "removed"), ("refuse", "refused"), ("counter_notice", "counter_notice"),
            ("sue", "sued"), ("restore", "restored"), ("repost", "reposted"),
            ("withdraw", "withdrawn"),
        ) %}
        min(effective_at) filter (action = '{{ action }}') as {{ name }}_at,
        {% endfor %}
        arg_max(action, {{ decision_order() }}) filter (not is_note) as last_action,
        max(effective_at) filter (not is_note) as last_at,
        arg_max(struct_pack(due_at := due_at), {{ decision_order() }}).due_at as set_due_at,
        arg_max(actor, {{ decision_order() }}) as actor,
        count(*) as decisions
    from word
    group by subject_id
),
-- Whose calendar counts: the brand that was named, the own brand the mention is about, or the only
-- own brand there is.
about as (
    select mention_id, min(brand_id) as brand_id
    from {{ ref("brand_mention") }}
    where brand_role = 'own' and mention_id in (select mention_id from told)
    group by mention_id
),
only_brand as (
    select if(count(*) = 1, min(brand_id), null) as brand_id
    from {{ source("core", "brand") }}
    where role = 'own'
),
branded as (
    select
        told.* exclude (brand_id),
        coalesce(told.brand_id, about.brand_id, only_brand.brand_id) as brand_id,
        coalesce(brand.timezone, 'UTC') as zone
    from told
    left join about using (mention_id)
    cross join only_brand
    left join {{ source("core", "brand") }} as brand
        on brand.brand_id = coalesce(told.brand_id, about.brand_id, only_brand.brand_id)
),
calendar as (
    select
        takedown_id,
        brand_id,
        cast(unnest(generate_series(
            cast({{ brand_day("counter_notice_at", "zone") }} as timestamp) + interval 1 day,
            cast({{ brand_day("counter_notice_at", "zone") }} as timestamp) + interval 60 day,
            interval 1 day
        )) as date) as day
    from branded
    where counter_notice_at is not null
),
counted as (
    select
        calendar.takedown_id,
        calendar.day,
        row_number() over (partition by calendar.takedown_id order by calendar.day) as nth
    from calendar
    anti join {{ source("core", "brand_holiday") }} as holiday
        on holiday.brand_id = calendar.brand_id and holiday.on_date = calendar.day
    where isodow(calendar.day) <= 5
),
clock as (
    select
        takedown_id,
        max(day) filter (nth = 10) as counter_due_from,
        max(day) filter (nth = 14) as counter_due_until
    from counted
    group by takedown_id
),
copied as (
    select branded.takedown_id, count(*) as copies_since
    from branded
    join {{ source("core", "duplicate_cluster") }} as taken using (mention_id)
    join {{ source("core", "duplicate_cluster") }} as copy using (cluster_id)
    join {{ source("core", "mention") }} as again on again.mention_id = copy.mention_id
    where again.mention_id <> branded.mention_id and again.published_at > branded.removed_at
    group by branded.takedown_id
),
running as (
    select
        branded.*,
        clock.counter_due_from,
        clock.counter_due_until,
        case
            when branded.removed_at is null or branded.mention_id is null then null
            else coalesce(copied.copies_since, 0)
        end as copies_since,
        {{ brand_day(now_at(), "branded.zone") }} as today
    from branded
    left join clock using (takedown_id)
    left join copied using (takedown_id)
),
clocked as (
    select
        running.*,
        case
            when last_action = 'counter_notice' and today <= counter_due_from then 'file_suit'
            when last_action = 'counter_notice' then 'restoration'
            when set_due_at is not null and last_action not in ('restore', 'withdraw') then 'set'
        end as next_clock
    from running
)
select
    takedown_id,
    case_id,
    mention_id,
    mention_deleted,
    brand_id,
    platform,
    basis,
    url,
    reference,
    owner,
    case last_action
        when 'draft' then 'drafted'
        when 'send' then 'sent'
        when 'acknowledge' then 'acknowledged'
        when 'remove' then 'removed'
        when 'refuse' then 'refused'
        when 'counter_notice' then 'counter_notice'
        when 'sue' then 'sued'
        when 'restore' then 'restored'
        when 'repost' then 'reposted'
        when 'withdraw' then 'withdrawn'
        else 'noted'
    end as state,
    drafted_at,
    sent_at,
    acknowledged_at,
    removed_at,
    refused_at,
    counter_notice_at,
    counter_due_from,
    counter_due_until,
    sued_at,
    restored_at,
    reposted_at,
    withdrawn_at,
    copies_since,
    next_clock,
    case next_clock
        when 'file_suit' then counter_due_from
        when 'restoration' then counter_due_until
        when 'set' then {{ brand_day("set_due_at", "zone") }}
    end as next_due_on,
    coalesce(
        case next_clock
            when 'restoration' then counter_due_until
            when 'set' then {{ brand_day("set_due_at", "zone") }}
        end < today,
        false
    ) as overdue,
    case
        when removed_at >= sent_at then {{ seconds_between("sent_at", "removed_at") }} // 86400
    end as days_to_removal,
    case
        when sent_at is null then 'not_sent'
        when removed_at is null then 'not_removed'
        when removed_at < sent_at then 'removed_before_sent'
    end as days_to_removal_null_reason,
    decisions,
    actor,
    last_at
from clocked
