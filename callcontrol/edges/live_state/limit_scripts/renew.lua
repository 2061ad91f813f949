-- Legs that a worker has keep their places; those the live state has lost (it was restarted) get theirs again.
-- ARGV from the second on: lease (ms), then pairs: leg, the names of its counters that limit calls at once, a space between
-- two.
local until_ms = now + ARGV[2]
for i = 3, #ARGV, 2 do
  local leg = ARGV[i]
  if redis.call('HEXISTS', OF, leg) == 0 then
    local names = {}
    for name in string.gmatch(ARGV[i + 1], '%S+') do
      names[#names + 1] = name
      place(name, leg, until_ms)
    end
    keep(leg, names, until_ms)
  else
    renew(leg, until_ms)
  end
end
return redis.call('ZCARD', LEASES)
