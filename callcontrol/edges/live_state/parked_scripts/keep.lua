-- ARGV: the caller (JSON), lease (ms). Answers {1, taker as JSON or ''}, or {0, ''} if another call has the place. One that the
-- live state has lost (it was restarted) is the caller's again.
local caller = cjson.decode(ARGV[1])
local known = at(caller.place)
if known and not is_of(known, caller.call) then
  return {0, ''}
end
known = known or {}
known.caller, known['until'] = ARGV[1], now + ARGV[2]
keep(caller.place, known)
return {1, known.taker or ''}
