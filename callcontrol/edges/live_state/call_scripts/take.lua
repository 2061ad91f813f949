-- Take calls over; each goes to the first who asks. What is taken was read before: no value that the taker cannot read.
-- KEYS: calls, owners. ARGV: taker, from whom ('*' from any owner, '' if it has none), what the channels of workers begin with,
-- then pairs: a call's id, the SHA-1 of the value that was read.
-- Answers pairs: the id of a call that is the taker's now and '', or of one that was saved meanwhile and its value: it was not
-- taken. The worker that had a call is told, and whether it came to the taker through the dialplan.
local answer = {}
for i = 4, #ARGV, 2 do
  local id = ARGV[i]
  local value = redis.call('HGET', KEYS[1], id)
  local owner = redis.call('HGET', KEYS[2], id) or ''
  if value and (ARGV[2] == '*' or owner == ARGV[2]) then
    answer[#answer + 1] = id
    if redis.sha1hex(value) ~= ARGV[i + 1] then
      answer[#answer + 1] = value
    else
      answer[#answer + 1] = ''
      redis.call('HSET', KEYS[2], id, ARGV[1])
      if owner ~= '' and owner ~= ARGV[1] then
        local how = ARGV[2] == '*' and 'arrived' or 'adopted'
        local message = {['$'] = 'Message', kind = 'taken', from = KEYS[1], fields = {id, how}}
        redis.call('PUBLISH', ARGV[3] .. owner, cjson.encode(message))
      end
    end
  end
end
return answer
