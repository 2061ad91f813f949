-- Take calls over; each goes to the first who asks.
-- KEYS: calls, owners. ARGV: taker, from whom ('*' from whoever has it, '' from nobody), what the channels of workers begin with, ids.
-- Answers the values of the calls that are the taker's now. Who had one is told,
-- and whether it came to the taker through the dialplan.
local taken = {}
for i = 4, #ARGV do
  local id = ARGV[i]
  local value = redis.call('HGET', KEYS[1], id)
  local owner = redis.call('HGET', KEYS[2], id) or ''
  if value and (ARGV[2] == '*' or owner == ARGV[2]) then
    redis.call('HSET', KEYS[2], id, ARGV[1])
    taken[#taken + 1] = value
    if owner ~= '' and owner ~= ARGV[1] then
      local how = ARGV[2] == '*' and 'arrived' or 'adopted'
      local message = {kind = 'taken', from = KEYS[1], fields = {id, how}}
      redis.call('PUBLISH', ARGV[3] .. owner, cjson.encode(message))
    end
  end
end
return taken
