-- ARGV: call. It is not in the room any more.
local known = at(name)
if known and known.members[ARGV[1]] then
  known.members[ARGV[1]] = nil
  kept_and_told(name, known)
end
return 1
