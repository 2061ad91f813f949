-- ARGV: place, the taker's call. The caller there waits on, for any phone.
local known = at(ARGV[1])
if known and known.taker and cjson.decode(known.taker).call == ARGV[2] then
  known.taker = nil
  keep(ARGV[1], known)
end
return 1
