-- Remove what stands under the ids of channels and was taken for calls by a worker that did not know it, and is gone.
-- KEYS: calls, owners. ARGV: that worker, what stands there, ids. Answers how many were removed.
local dropped = 0
for i = 3, #ARGV do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[1] and redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[2] then
    redis.call('HDEL', KEYS[1], ARGV[i])
    redis.call('HDEL', KEYS[2], ARGV[i])
    dropped = dropped + 1
  end
end
return dropped
