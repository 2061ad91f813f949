-- A tenant's conference rooms (vocabulary/room.py): one field a room, there as long as it has members. Each member is a lease,
-- which the member's worker renews.
-- KEYS: one hash: room -> {switch, since, opened, locked, muted, members: {call: {member: RoomMember as JSON, until: end of
-- the lease (ms)}}, recording: {media_id, told: RoomRecording as JSON}}, as JSON. ARGV: the operation, what the channels of workers begin with, the room, then what the
-- operation says.
local ROOMS = KEYS[1]
-- Of rooms whose members have all lapsed, as no one could say that they left, nothing is kept. Many leases long: workers of an
-- earlier version write without saying for how long.
local FORGOTTEN_MS = 10 * 60 * 1000
local op, inboxes, name = table.remove(ARGV, 1), table.remove(ARGV, 1), table.remove(ARGV, 1)
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- A room without those whose lease is over; nil, and forgotten, if none is left.
local function at(room)
  local text = redis.call('HGET', ROOMS, room)
  if not text then
    return nil
  end
  local known = cjson.decode(text)
  for call, one in pairs(known.members) do
    if one['until'] <= now then
      known.members[call] = nil
    end
  end
  if not next(known.members) then
    redis.call('HDEL', ROOMS, room)
    return nil
  end
  return known
end

local function member_of(one)
  return cjson.decode(one.member)
end

-- As the workers read it: members in the order in which they were let in.
local function told(room, known)
  local members = {}
  for _, one in pairs(known.members) do
    members[#members + 1] = one.member
  end
  local shown = {name = room, switch = known.switch, since = known.since, opened = known.opened, locked = known.locked,
    muted = known.muted}
  local recording = known.recording and known.recording.told
  return cjson.encode({room = shown, members = #members > 0 and members or {''}, recording = recording})
end

-- Every worker that has a member there hears how the room is now.
local function tell(room, known, text)
  local heard = {}
  for _, one in pairs(known.members) do
    local worker = member_of(one).worker
    if not heard[worker] then
      heard[worker] = true
      local message = {['$'] = 'Message', kind = 'room', from = ROOMS, fields = {text}}
      redis.call('PUBLISH', inboxes .. worker, cjson.encode(message))
    end
  end
end

-- Keep a room as it is now; answers what the workers are told.
local function keep(room, known)
  if not next(known.members) then
    redis.call('HDEL', ROOMS, room)
    return ''
  end
  redis.call('HSET', ROOMS, room, cjson.encode(known))
  redis.call('PEXPIRE', ROOMS, FORGOTTEN_MS)
  return told(room, known)
end

local function kept_and_told(room, known)
  local text = keep(room, known)
  tell(room, known, text)
  return text
end
