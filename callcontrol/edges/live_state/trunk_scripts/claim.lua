-- A leg is about to go out through a trunk: it takes a channel, unless none is free. Once it has one, asking again changes
-- nothing but the end of its lease.
-- KEYS: legs, of, starts (one trunk's). ARGV: leg, what is kept of it (JSON: worker, tenant, call, emergency), lease (ms),
-- most channels (0: no limit), most starts in any second (0: no limit), '1': it goes out whatever is full, channel prefix
-- of the workers.
-- Answers {'ok', victim's call, victim's leg} or {'channels'} or {'rate'}. A leg that goes out whatever is full takes the channel
-- of the ordinary leg that began last, and the worker of that one is told ('' where none gives way).
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
for _, leg in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
  redis.call('ZREM', KEYS[1], leg)
  redis.call('HDEL', KEYS[2], leg)
end
local leg, lease, most, rate = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local known = redis.call('ZSCORE', KEYS[1], leg)
local victim = {'', ''}
if not known then
  local full = most > 0 and redis.call('ZCARD', KEYS[1]) >= most
  if full and ARGV[6] ~= '1' then
    return {'channels'}
  end
  if rate > 0 then
    local oldest = redis.call('LINDEX', KEYS[3], 0)
    local much = redis.call('LLEN', KEYS[3]) >= rate and oldest and tonumber(oldest) > now - 1000
    if much and ARGV[6] ~= '1' then
      return {'rate'}
    end
    redis.call('RPUSH', KEYS[3], now)
    redis.call('LTRIM', KEYS[3], -rate, -1)
    redis.call('PEXPIRE', KEYS[3], 2000)
  end
  if full then
    victim = give_way(KEYS, ARGV[7])
  end
end
local kept = cjson.decode(ARGV[2])
kept.since = known and cjson.decode(redis.call('HGET', KEYS[2], leg) or '{}').since or now
redis.call('ZADD', KEYS[1], now + lease, leg)
redis.call('HSET', KEYS[2], leg, cjson.encode(kept))
redis.call('PEXPIRE', KEYS[1], lease * 2)
redis.call('PEXPIRE', KEYS[2], lease * 2)
return {'ok', victim[1], victim[2]}
