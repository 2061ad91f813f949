-- ARGV: place ('': the longest parked caller, first of those whom the taker's extension has parked), taker (JSON), for how long
-- the caller is that phone's (ms), what the channels of workers begin with. Answers {caller as JSON} or {}. The caller's worker
-- is told.
local taker = cjson.decode(ARGV[2])

local function is_free(known)
  return known and cjson.decode(known.caller).channel ~= '' and
    (not known.taker or cjson.decode(known.taker).call == taker.call)
end

local function longest()
  local best, best_own, best_since
  for _, place in ipairs(redis.call('HKEYS', PLACES)) do
    local known = at(place)
    if is_free(known) then
      local caller = cjson.decode(known.caller)
      local own = caller.by == taker.extension
      if not best or (own and not best_own) or (own == best_own and caller.since < best_since) then
        best, best_own, best_since = place, own, caller.since
      end
    end
  end
  return best
end

local function own_before()
  for _, place in ipairs(redis.call('HKEYS', PLACES)) do
    local known = at(place)
    if known and known.taker and cjson.decode(known.taker).call == taker.call then
      return place
    end
  end
end

local place = ARGV[1] ~= '' and ARGV[1] or own_before() or longest()
local known = place and at(place)
if not is_free(known) then
  return {}
end
known.taker, known.taking = ARGV[2], now + ARGV[3]
keep(place, known)
local caller = cjson.decode(known.caller)
local message = {['$'] = 'Message', kind = 'parked', from = PLACES, fields = {caller.call, ARGV[2]}}
redis.call('PUBLISH', ARGV[4] .. caller.worker, cjson.encode(message))
return {known.caller}
