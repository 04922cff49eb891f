"""The statements behind `bench.seed_history`: people with a year behind them and six weeks ahead, made inside Postgres.

`p` numbers people and `k` a person's tasks. What happened is drawn from them by arithmetic, so that two runs make the
same lives; only the ids are random, as the real ones are.
"""

# A person's days reach from `behind` days ago to `ahead` days from now; every zone cuts them at its own midnight.
PEOPLE = """
create temporary table people as select * from (
    select p, gen_random_uuid() as id, zones[1 + p %% 4] as zone,
        gen_random_uuid() as running, gen_random_uuid() as reading, gen_random_uuid() as finished,
        gen_random_uuid() as talk, %(prefix)s || lpad(%(run)s::text, 10, '0') || lpad(p::text, 7, '0') as chat
    from generate_series(%(first_person)s::integer, %(last_person)s) as p,
        (select array['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'UTC'] as zones) as places
) as drawn order by id;
"""

USERS = """
insert into users (id, created_at, onboarded, approved_at, timezone, week_starts_on, profile)
select id, %(born)s, true, %(born)s, zone, case when p %% 5 = 0 then 7 else 1 end,
    '{"sleep_window": {"start": "23:00", "end": "06:00"}}'
from people;
"""

IDENTITIES = """
insert into identities (user_id, channel, value, is_primary, created_at)
select id, 'telegram', chat, true, %(born)s from people;
"""

GOALS = """
insert into goals (id, user_id, title, class_tags, status, created_at, activated_at, completed_at)
select running, id, 'Run 5 km', array['Fitness', 'Health'], 'active', %(born)s, %(born)s, cast(null as timestamptz)
from people
union all
select reading, id, 'Read more', array['Learning'], 'active', %(born)s, %(born)s, null from people
union all
select finished, id, 'Save a little', array['Financial', 'Home', 'Other'], 'completed', %(born)s, %(born)s, %(now)s
from people;
"""

# One sprint of everybody: a plan is written in one go, so the tasks of a person's sprint lie side by side and those of
# another sprint elsewhere. The same spread as in an installation that has lived for a year.
TASKS = """
with planned as materialized (
    select people.*, k, (p::bigint * 7919 + k * 104729 + p::bigint * k * 31) %% 100 as dice,
        %(today)s::date - %(behind)s + ((100 * k + p * 37 %% 100) * %(span)s / (100 * %(each)s))::integer as day
    from people, lateral generate_series(%(from)s, %(to)s - 1 + 0 * p) as k
), placed as materialized (
    select *, dice %% 5 as kind,
        (day + make_time(6 + (p * 7 + k * 5) %% 16, (p + k) %% 4 * 15, 0)) at time zone zone as starts
    from planned
), lived as materialized (
    select *, case when starts > %(now)s - interval '1 hour' then case when dice < 96 then 'pending' else 'cancelled' end
        when dice < 66 then 'done' when dice < 88 then 'missed' when dice < 94 then 'rescheduled'
        else 'cancelled' end as status
    from placed
)
insert into tasks (user_id, goal_id, title, status, scheduled_at, duration_minutes, recurrence_rule, completed_at,
    created_at, local_day, series_id, stage, wakes_at, reminder_sent_at)
select id, case kind when 0 then null when 1 then reading when 2 then finished else running end,
    (array['Call a friend', 'Read ten pages', 'Plan the week', 'Easy run', 'Stretch'])[1 + kind],
    status, starts, 20, case when kind > 0 then 'FREQ=WEEKLY' end,
    case when status = 'done' then starts + interval '30 min' end, starts - interval '20 days', day,
    case when kind > 0 then md5(id::text || k / %(size)s || kind)::uuid end,
    case when status = 'pending' then 'waiting' else 'closed' end,
    case when status = 'pending' then starts - interval '10 min' end,
    case when status in ('done', 'missed') then starts - interval '10 min' end
from lived;
"""

# The ladder of one task in five: one reminder where it was answered, three rungs where it was missed.
ATTEMPTS = """
insert into dispatch_log (task_id, channel, status, created_at, dispatched_at, rung, address, task_version, tries,
    deadline, outcome, reason, external_id)
select t.id, rung.channel, rung.status, t.at, t.at, rung.name, people.chat, 2, 1, t.at + interval '10 min',
    rung.outcome, rung.reason, case when rung.status = 'dispatched' then md5(t.id::text || rung.name) end
from (
    select id, user_id, status, scheduled_at - interval '10 min' as at from tasks
    where status in ('done', 'missed') and get_byte(uuid_send(id), 0) %% 5 = 0 and user_id in (select id from people)
) as t
join people on people.id = t.user_id
join (values
    ('remind', 'telegram', 'dispatched', null, null),
    ('whatsapp', 'whatsapp', 'dispatched', 'delivered', null),
    ('call', 'call', 'skipped', null, 'calls are not switched on')
) as rung (name, channel, status, outcome, reason) on rung.name = 'remind' or t.status = 'missed'
order by t.at;
"""

NOTICES = """
insert into notification_log (task_id, channel, external_id, sent_at, attempt_id, response, responded_at)
select d.task_id, d.channel, d.channel || ':' || d.address || ':' || d.external_id, d.dispatched_at, d.id,
    case when t.status = 'done' then 'done' else 'no_response' end,
    case when t.status = 'done' then d.dispatched_at + interval '5 min' end
from dispatch_log d
join tasks t on t.id = d.task_id
where d.status = 'dispatched' and t.user_id in (select id from people)
order by d.created_at;
"""

CONVERSATIONS = """
insert into conversations (id, user_id, langgraph_thread_id, created_at, last_message_at)
select talk, id, gen_random_uuid()::text, %(born)s, %(now)s from people;
"""

# What was said and what came in lie in the order of time, everybody's mixed.
MESSAGES = """
insert into messages (conversation_id, role, content, agent_node, tokens_used, created_at)
select talk, case m %% 2 when 0 then 'user' else 'assistant' end,
    case m %% 2 when 0 then 'I finished the run today, but the evening slot is too late for me on weekdays.'
        else 'Well done. Shall I move the weekday runs to 07:00, where you are free?' end,
    case m %% 2 when 1 then 'task_handler' end, 40,
    %(now)s::timestamptz - make_interval(days => %(behind)s) * (1 - m / 30.0) + make_interval(secs => p / 100.0)
from generate_series(0, 29) as m, people
order by m, p;
"""

EVENTS = """
insert into inbound_events (channel, external_id, sender, user_id, payload, received_at, correlation_id, state,
    replies, handled_at)
select 'telegram', chat || '-' || m, chat, id, '{"text": "I finished the run today"}', at, 'seeded', 'done',
    '{"messages": [], "sent": 0}', at
from generate_series(0, 9) as m, people,
    lateral (select %(now)s::timestamptz - make_interval(days => 30) * (1 - m / 10.0)
        + make_interval(secs => p / 100.0) as at) as clock
order by m, p;
"""

PATTERNS = """
insert into patterns (user_id, pattern_type, description, data, confidence, created_at, updated_at)
select id, 'time_avoidance', 'Mondays at 07:00 do not work', '{"weekday": 0, "time": "07:00"}', 0.6, %(now)s, %(now)s
from people where p %% 3 = 0;
"""

WRITTEN = (
    "users, identities, goals, tasks, dispatch_log, notification_log, conversations, messages, inbound_events,"
    " patterns"
)

SECONDARY_INDEXES = """
select i.relname, pg_get_indexdef(i.oid)
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class t on t.oid = x.indrelid
where t.relnamespace = current_schema()::regnamespace
    and not exists (select from pg_constraint c where c.conindid = i.oid)
order by pg_relation_size(t.oid) desc, i.relname
"""
