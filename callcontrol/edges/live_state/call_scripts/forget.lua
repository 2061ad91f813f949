-- Forget a call whose record is safe, unless another worker has it. A word on it that was late finds that it is over.
-- KEYS: calls, owners, the call's mark of being over. ARGV: call id, worker, how long the mark stays (seconds).
-- Answers 1, or 0: the call is another's.
local owner = redis.call('HGET', KEYS[2], ARGV[1])
if owner and owner ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('SET', KEYS[3], 1, 'EX', ARGV[3])
return 1
