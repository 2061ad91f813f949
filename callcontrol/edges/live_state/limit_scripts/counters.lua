-- Counters of a tenant's payers (vocabulary/counters.py), each NAME = PAYER:CLASS. What the keys hold:
-- KEYS: PLACE, what they begin with. ARGV: now (ms), then what the operation says.
--   …:at-once:NAME    sorted set: leg that has a place -> until when, unless it is renewed (ms)
--   …:starts:NAME     sorted set: leg -> when it went out (ms), for an hour, or a minute where only that is limited
--   …:numbers:NAME    sorted set: number -> when it was called last (ms), for an hour
--   …:called          sorted set: NAME of the counters that keep numbers -> when they got the last one (ms)
--   …:of              hash: leg that has places -> the names of its counters, a space between two
--   …:leases          sorted set: leg that has places -> until when (ms)
local PLACE = KEYS[1]
local AT_ONCE, STARTS, NUMBERS = PLACE .. ':at-once:', PLACE .. ':starts:', PLACE .. ':numbers:'
local OF, LEASES, CALLED = PLACE .. ':of', PLACE .. ':leases', PLACE .. ':called'
local MINUTE_MS, HOUR_MS = 60000, 3600000

local now = tonumber(ARGV[1])

local function names_of(leg)
  local names = {}
  for name in string.gmatch(redis.call('HGET', OF, leg) or '', '%S+') do
    names[#names + 1] = name
  end
  return names
end

-- Its places are free.
local function release(leg)
  for _, name in ipairs(names_of(leg)) do
    redis.call('ZREM', AT_ONCE .. name, leg)
  end
  redis.call('ZREM', LEASES, leg)
  return redis.call('HDEL', OF, leg)
end

local function place(name, leg, until_ms)
  redis.call('ZADD', AT_ONCE .. name, until_ms, leg)
  redis.call('PEXPIRE', AT_ONCE .. name, until_ms - now + MINUTE_MS)
end

local function keep(leg, names, until_ms)
  redis.call('HSET', OF, leg, table.concat(names, ' '))
  redis.call('ZADD', LEASES, until_ms, leg)
  redis.call('PEXPIRE', OF, until_ms - now + MINUTE_MS)
  redis.call('PEXPIRE', LEASES, until_ms - now + MINUTE_MS)
end

local function renew(leg, until_ms)
  for _, name in ipairs(names_of(leg)) do
    if redis.call('ZSCORE', AT_ONCE .. name, leg) then
      place(name, leg, until_ms)
    end
  end
  redis.call('ZADD', LEASES, until_ms, leg)
  redis.call('PEXPIRE', OF, until_ms - now + MINUTE_MS)
  redis.call('PEXPIRE', LEASES, until_ms - now + MINUTE_MS)
end

-- The cap that has no room for one more call to this number, nil if there is room.
local function full_of(name, number, at_once, minute, hour, numbers)
  if at_once > 0 and redis.call('ZCOUNT', AT_ONCE .. name, '(' .. now, '+inf') >= at_once then
    return 'calls_at_once'
  end
  if minute > 0 or hour > 0 then
    local kept_ms = hour > 0 and HOUR_MS or MINUTE_MS
    redis.call('ZREMRANGEBYSCORE', STARTS .. name, '-inf', now - kept_ms)
    if minute > 0 and redis.call('ZCOUNT', STARTS .. name, '(' .. now - MINUTE_MS, '+inf') >= minute then
      return 'calls_per_minute'
    end
    if hour > 0 and redis.call('ZCARD', STARTS .. name) >= hour then
      return 'calls_per_hour'
    end
  end
  if numbers > 0 then
    redis.call('ZREMRANGEBYSCORE', NUMBERS .. name, '-inf', now - HOUR_MS)
    if not redis.call('ZSCORE', NUMBERS .. name, number) and redis.call('ZCARD', NUMBERS .. name) >= numbers then
      return 'numbers_per_hour'
    end
  end
  return nil
end

-- What no worker renews has its places no more.
for _, leg in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', now, 'LIMIT', 0, 100)) do
  release(leg)
end
