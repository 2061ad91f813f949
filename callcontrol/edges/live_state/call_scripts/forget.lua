-- Forget a call whose record is safe, unless another worker has it.
-- KEYS: calls, owners. ARGV: call id, worker. Answers 1, or 0: the call is another's.
local owner = redis.call('HGET', KEYS[2], ARGV[1])
if owner and owner ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
