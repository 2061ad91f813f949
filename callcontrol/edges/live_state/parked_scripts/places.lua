-- Places at which a tenant's callers are parked (vocabulary/parked.py). One place, one call: it is taken by a lease, which the
-- call's worker renews.
-- KEYS: one hash: place -> {caller: ParkedCaller as JSON, until: end of the lease (ms), taker: Taker as JSON, taking: until
-- when that phone may still come (ms)}, as JSON. ARGV: the operation, then what it says.
local PLACES = KEYS[1]
local op = table.remove(ARGV, 1)
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- What is known of a place, nil if it is free.
local function at(place)
  local text = redis.call('HGET', PLACES, place)
  if not text then
    return nil
  end
  local known = cjson.decode(text)
  if known['until'] <= now then
    redis.call('HDEL', PLACES, place)
    return nil
  end
  if known.taker and known.taking <= now then
    known.taker = nil
  end
  return known
end

local function keep(place, known)
  redis.call('HSET', PLACES, place, cjson.encode(known))
end

-- Its caller, with the place's number.
local function caller_at(place, text)
  local caller = cjson.decode(text)
  caller.place = place
  return cjson.encode(caller)
end

local function is_of(known, call)
  return known ~= nil and cjson.decode(known.caller).call == call
end
