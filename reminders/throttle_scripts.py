"""What the throttle does inside Redis, each in one step for all processes; times are whole microseconds.

KEYS[1] is the hash of a sender, the other keys are chats. ARGV[1] is the time, or 0 for the clock of Redis itself.
A sender's hash: `next` free slot, `held` until, `failures` in a row, and of its circuit `open` until, `rest` (how long),
`probe` (until when one is out); `promised` is the slot up to which others were told to come back. A chat's key holds when
it is next free.
"""

from __future__ import annotations

_TIME = """
local now = tonumber(ARGV[1])
if now == 0 then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
end
local function number(value) return tonumber(value or 0) end
local function text(value) return string.format('%.0f', value) end
local function keep(key, til)
    redis.call('SET', key, text(til), 'PX', math.max(1, math.ceil((til - now) / 1000)))
end
"""

# ARGV: now, microseconds between slots, between those of a chat, how far ahead a slot may be taken, how long a probe may take.
# Answers {wait for the sender, whether its circuit has anything to forget, one number for each chat}: how long until its
# slot plus 1, or minus how long the chat must rest, or 0 when there was no slot left to look for.
RESERVE = (
    _TIME
    + """
local apart, chat_apart, ahead = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local kept = redis.call('HMGET', KEYS[1], 'next', 'held', 'failures', 'open', 'probe')
-- A moment further away than one can be was written before somebody put the clock back.
local function near(value, most) return value - now > most and now or value end
local slot = math.max(near(number(kept[1]), apart + 20000000), now)
local open, probe = near(number(kept[4]), 61000000), near(number(kept[5]), 16000000)
local strained = (open > 0 or number(kept[3]) > 0) and 1 or 0
local shut = math.max(number(kept[2]), open)
if shut > now then return {shut - now, strained} end
if open > 0 and probe > now then return {math.min(probe - now, 1000000), strained} end
local wait, slots, chats = 0, {}, redis.call('MGET', unpack(KEYS, 2))
for i, chat in ipairs(chats) do
    local free = number(chat)
    if wait > 0 then
        slots[i] = 0
    elseif free > slot then
        slots[i] = now - free
    elseif slot - now > ahead then
        slots[i], wait = 0, slot - now - ahead
    else
        slots[i] = slot - now + 1
        if chat_apart > 0 then keep(KEYS[i + 1], slot + chat_apart) end
        slot = slot + apart
        redis.call('HSET', KEYS[1], 'next', text(slot))
        if open > 0 then
            redis.call('HSET', KEYS[1], 'probe', text(now + tonumber(ARGV[5])))
            wait = 1000000
        end
    end
end
return {wait, strained, unpack(slots)}
"""
)

# ARGV: now, microseconds between slots, between those of a chat, how far they may be in debt.
FIRST = (
    _TIME
    + """
local function behind(stored, apart)
    return math.max(stored, math.min(math.max(stored, now) + apart, now + tonumber(ARGV[4])))
end
local apart, chat_apart = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'next', text(behind(number(redis.call('HGET', KEYS[1], 'next')), apart)))
if chat_apart > 0 then keep(KEYS[2], behind(number(redis.call('GET', KEYS[2])), chat_apart)) end
return 0
"""
)

# ARGV: now, microseconds that all who come back need together, the earliest, how many they are.
# Answers when the first of them shall be back.
PROMISE = (
    _TIME
    + """
local kept = redis.call('HMGET', KEYS[1], 'next', 'held', 'open', 'promised')
local first = now + tonumber(ARGV[3])
for i = 1, 4 do first = math.max(first, number(kept[i])) end
redis.call('HSET', KEYS[1], 'promised', text(first + tonumber(ARGV[2])))
redis.call('HINCRBY', KEYS[1], 'throttled', ARGV[4])
return first - now
"""
)

# ARGV: now, how many failures open the circuit, the first rest, the longest one.
# Answers for how long the circuit opened just now; 0 when it did not.
FAILED = (
    _TIME
    + """
local kept = redis.call('HMGET', KEYS[1], 'open', 'probe', 'rest')
local open, probe, rest = number(kept[1]), number(kept[2]), number(kept[3])
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
if open > 0 and probe == 0 then return 0 end -- what had left before it opened
if open == 0 and failures < tonumber(ARGV[2]) then return 0 end
rest = math.min(math.max(2 * rest, tonumber(ARGV[3])), tonumber(ARGV[4]))
redis.call('HSET', KEYS[1], 'open', text(now + rest), 'rest', text(rest), 'probe', 0)
return rest
"""
)

# Answers 1 when this closed the circuit.
SUCCEEDED = """
local open = redis.call('HGET', KEYS[1], 'open')
redis.call('HDEL', KEYS[1], 'failures', 'open', 'probe', 'rest')
return open and 1 or 0
"""

# ARGV: now, for how long, how many chats in a row mean the sender, within how long, 1 when it is the sender for certain.
# Answers 1 when the sender is held.
HELD = (
    _TIME
    + """
local til, most = now + tonumber(ARGV[2]), tonumber(ARGV[3])
keep(KEYS[2], math.max(til, number(redis.call('GET', KEYS[2]))))
local kept = redis.call('HMGET', KEYS[1], 'held', 'floods', 'flood_since')
local floods, since = number(kept[2]) + 1, number(kept[3])
if now - since > tonumber(ARGV[4]) then floods, since = 1, now end
redis.call('HSET', KEYS[1], 'floods', floods, 'flood_since', text(since))
if floods < most and ARGV[5] ~= '1' then return 0 end
redis.call('HSET', KEYS[1], 'held', text(math.max(til, number(kept[1]))))
return 1
"""
)
