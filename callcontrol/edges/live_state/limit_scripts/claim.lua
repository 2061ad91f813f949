-- A leg is about to go out: it counts in all its counters, or, where one of them has no room, in none. A leg that is
-- counted stays so: asking again changes nothing but the end of its lease.
-- ARGV from the second on: leg, number, '1': it takes the place of a leg that another trunk did not take, lease (ms), then for
-- each counter: name, most at once, within a minute, within an hour, different numbers within an hour (0: any number).
-- Answers {} or {name of the counter that has no room, its cap}.
local leg, number, again = ARGV[2], ARGV[3], ARGV[4] == '1'
local until_ms = now + ARGV[5]
if redis.call('HEXISTS', OF, leg) == 1 then
  renew(leg, until_ms)
  return {}
end
local names = {}
for i = 6, #ARGV, 5 do
  local name = ARGV[i]
  local at_once, minute, hour, numbers = tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
  names[#names + 1] = name
  if not again then
    local full = full_of(name, number, at_once, minute, hour, numbers)
    if full then
      return {name, full}
    end
  end
end
for i = 6, #ARGV, 5 do
  local name = ARGV[i]
  if tonumber(ARGV[i + 1]) > 0 then
    place(name, leg, until_ms)
  end
  if not again then
    if tonumber(ARGV[i + 2]) > 0 or tonumber(ARGV[i + 3]) > 0 then
      local kept_ms = tonumber(ARGV[i + 3]) > 0 and HOUR_MS or MINUTE_MS
      redis.call('ZADD', STARTS .. name, now, leg)
      redis.call('PEXPIRE', STARTS .. name, kept_ms)
    end
    if tonumber(ARGV[i + 4]) > 0 then
      redis.call('ZADD', NUMBERS .. name, now, number)
      redis.call('PEXPIRE', NUMBERS .. name, HOUR_MS)
      redis.call('ZADD', CALLED, now, name)
      redis.call('PEXPIRE', CALLED, HOUR_MS)
    end
  end
end
keep(leg, names, until_ms)
return {}
