-- Save where a call stands, unless another worker has it, or had it and has forgotten it.
-- KEYS: calls, owners, the call's mark of being over. ARGV: call id, worker, the call's first channel ('' if it has none or its
-- id); what stands under the channel's id, and the owner of that; value. Answers 1, or 0: the call is another's.
local owner = redis.call('HGET', KEYS[2], ARGV[1])
if owner and owner ~= ARGV[2] then
  return 0
end
if not owner then
  if redis.call('EXISTS', KEYS[3]) == 1 then
    return 0
  end
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
  if ARGV[3] ~= '' and redis.call('HSETNX', KEYS[2], ARGV[3], ARGV[5]) == 1 then
    redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[6])
return 1
