-- ARGV: the member (JSON), lease (ms), the switch that has the room. Answers the room. One that the live state has lost (it was
-- restarted) is there again; what was ordered there is not.
local member = cjson.decode(ARGV[1])
local known = at(name) or {switch = ARGV[3], since = member.since, opened = false, locked = false, muted = false, members = {}}
local before = known.members[member.call]
if before then
  local was = member_of(before)
  member.muted, member.kicked = was.muted, was.kicked
end
known.opened = known.opened or member.moderator
known.members[member.call] = {member = cjson.encode(member), ['until'] = now + ARGV[2]}
if before then
  return keep(name, known)
end
return kept_and_told(name, known)
