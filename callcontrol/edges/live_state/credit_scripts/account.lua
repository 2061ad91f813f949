-- What stands in Redis of a tenant's credit accounts, and what all operations on them share. They are one script, so that they
-- are carried out in the order in which they were sent also where Redis does not know it yet. ARGV: operation, now (microseconds),
-- what the operation is given. KEYS[1]: what the keys begin with; behind it, in the same slot:
--   :account:NAME   hash: `$` the version; `entry`, `balance`, `on_hold` as the ledger has them after its entry of that number;
--                   `reserved`, `unbooked` sums of the two hashes below; `rate` of the answered legs together
--   :legs:NAME      hash: leg -> units reserved, units per second, seconds it may talk with that, answered (0: it rings), lease
--   :unbooked:NAME  hash: a leg that has ended and is not in the ledger yet -> units, when
--   :due            sorted set: `LEG NAME` by the end of its lease
--   :over           sorted set: legs that have ended, by when; nothing is reserved for them again
--   :counter:KEY    hash of a bundle's counter, KEY its name, holder and month: `$` the version; `changes`, `used` as the ledger
--                   has them after so many changes; `held` what legs have reserved, or used and the ledger does not have yet;
--                   `legs` how many these are
--   :covered        hash: leg -> `PARTS KEY|PARTS KEY`: what it holds of counters
--   :covered_due    sorted set: legs that hold something, by when that falls back
-- Amounts are units of 10^-8, below 9 * 10^15; times are microseconds. Both are exact in doubles; texts are made with `whole`.
local P = KEYS[1] .. ':'
local call = redis.call
local operation, now = ARGV[1], tonumber(ARGV[2])
local ops = {}
local VERSION = 'CreditAccount'
-- A late word of a leg that has ended is known as such for so long.
local OVER_US = 600000000
-- Of legs whose lease is over so many are released beside what else an operation does.
local EXPIRE_AT_ONCE = 50
-- Of so many legs of an account it is looked when each comes to its end, which takes some 20 microseconds a leg.
local MAX_EXACT = 50

-- Gives back what the leg holds of bundles (covers.lua).
local uncover

local function whole(number)
    return string.format('%.0f', number)
end

local function quotient(number, by)
    return (number - number % by) / by
end

local function check_version(stored)
    if stored and stored ~= VERSION then
        error('NEWER the credit account is ' .. stored .. ', this script knows ' .. VERSION)
    end
end

-- The account; nil: Redis does not know its balance (any more).
local function account_of(name)
    local version, balance, on_hold, reserved, unbooked, rate, entry = unpack(call('HMGET', P .. 'account:' .. name,
        '$', 'balance', 'on_hold', 'reserved', 'unbooked', 'rate', 'entry'))
    check_version(version)
    return balance and {
        balance = tonumber(balance), is_on_hold = on_hold == '1', reserved = tonumber(reserved or 0),
        unbooked = tonumber(unbooked or 0), rate = tonumber(rate or 0), entry = tonumber(entry),
    }
end

local function add(name, field, number)
    if number ~= 0 then
        call('HINCRBY', P .. 'account:' .. name, field, whole(number))
    end
end

local function span_from(text)
    local units, rate, talk_s, answered, lease = string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
    return {units = tonumber(units), rate = tonumber(rate), talk_s = tonumber(talk_s), answered = tonumber(answered),
        lease = tonumber(lease)}
end

local function span_of(name, leg)
    local text = call('HGET', P .. 'legs:' .. name, leg)
    return text and span_from(text)
end

-- What the leg adds to the account's sum of rates: nothing while it rings.
local function running(span)
    return span.answered > 0 and span.rate or 0
end

local function release(name, leg, span)
    call('HDEL', P .. 'legs:' .. name, leg)
    call('ZREM', P .. 'due', leg .. ' ' .. name)
    add(name, 'reserved', -span.units)
    add(name, 'rate', -running(span))
end

-- What is reserved for legs whose lease is over falls back, so many at most: pairs of a member of `due` and units.
local function expire(most)
    local released = {}
    for _, member in ipairs(call('ZRANGEBYSCORE', P .. 'due', '-inf', '(' .. whole(now), 'LIMIT', 0, most)) do
        local leg, name = string.match(member, '^(%S+) (.+)$')
        local span = span_of(name, leg)
        if span then
            release(name, leg, span)
            released[#released + 1] = member
            released[#released + 1] = whole(span.units)
        else
            call('ZREM', P .. 'due', member)
        end
    end
    for _, leg in ipairs(call('ZRANGEBYSCORE', P .. 'covered_due', '-inf', '(' .. whole(now), 'LIMIT', 0, most)) do
        uncover(leg)
    end
    return released
end

-- The leg has ended: what was reserved falls back.
local function close(name, leg)
    local span = span_of(name, leg)
    if span then
        release(name, leg, span)
    end
    call('ZREMRANGEBYSCORE', P .. 'over', '-inf', whole(now - OVER_US))
    call('ZADD', P .. 'over', whole(now), leg)
end
