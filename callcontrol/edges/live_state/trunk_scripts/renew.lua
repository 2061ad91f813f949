-- Legs that a worker has keep their channels; those the live state has lost (it was restarted) get theirs again.
-- KEYS: legs, of. ARGV: lease (ms), then pairs: leg, what is kept of it.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
for i = 2, #ARGV, 2 do
  local known = redis.call('HGET', KEYS[2], ARGV[i])
  local kept = cjson.decode(ARGV[i + 1])
  kept.since = known and cjson.decode(known).since or now
  redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i])
  redis.call('HSET', KEYS[2], ARGV[i], cjson.encode(kept))
end
redis.call('PEXPIRE', KEYS[1], ARGV[1] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[1] * 2)
return redis.call('ZCARD', KEYS[1])
