-- Answers the callers of all places that are taken, as JSON.
local found = {}
for _, place in ipairs(redis.call('HKEYS', PLACES)) do
  local known = at(place)
  if known then
    found[#found + 1] = known.caller
  end
end
return found
