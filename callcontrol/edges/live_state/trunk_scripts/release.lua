-- A leg has ended: its channel is free, and what came of it counts in the window of its trunk.
-- KEYS: legs, of, ends. ARGV: leg, '1': it was answered, talk (ms), bucket (number of the span of time), kept for (s), '1': it
-- counts (it was a call that the carrier had in hand).
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
if ARGV[6] == '1' then
  redis.call('HINCRBY', KEYS[3], ARGV[4] .. ':tried', 1)
  if ARGV[2] == '1' then
    redis.call('HINCRBY', KEYS[3], ARGV[4] .. ':answered', 1)
    redis.call('HINCRBY', KEYS[3], ARGV[4] .. ':talk_ms', ARGV[3])
  end
  redis.call('EXPIRE', KEYS[3], ARGV[5])
end
return 1
