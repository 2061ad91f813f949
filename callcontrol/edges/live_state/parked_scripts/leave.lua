-- ARGV: place, call, '1': also where a phone is just taking the caller. Answers 0 if one is, else 1.
local known = at(ARGV[1])
if not is_of(known, ARGV[2]) then
  return 1
end
if known.taker and ARGV[3] ~= '1' then
  return 0
end
redis.call('HDEL', PLACES, ARGV[1])
return 1
