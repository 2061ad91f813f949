-- Answers every room of the tenant that is not empty.
local found = {}
for _, room in ipairs(redis.call('HKEYS', ROOMS)) do
  local known = at(room)
  if known then
    found[#found + 1] = told(room, known)
  end
end
return found
