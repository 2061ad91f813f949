-- Forget a call whose record is safe, unless another worker has it. A word on it that was late finds that it is over.
-- KEYS: calls, owners, the call's mark of being over. ARGV: call id, worker, the call's first channel ('' if it has none or its
-- id), how long the mark stays (seconds), what stands under the channel's id, of any owner: a worker of a version that does
-- not know it may have taken it for a call. Answers 1, or 0: the call is another's.
local owner = redis.call('HGET', KEYS[2], ARGV[1])
if owner and owner ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
if redis.call('HGET', KEYS[1], ARGV[3]) == ARGV[5] then
  redis.call('HDEL', KEYS[1], ARGV[3])
  redis.call('HDEL', KEYS[2], ARGV[3])
end
redis.call('SET', KEYS[3], 1, 'EX', ARGV[4])
return 1
