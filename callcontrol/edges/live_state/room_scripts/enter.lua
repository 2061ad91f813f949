-- ARGV: the member (JSON), lease (ms), how many may be in, the switch that has the room if it is empty. Answers
-- {verdict, the room}.
local member = cjson.decode(ARGV[1])
local known = at(name) or {switch = ARGV[4], since = member.since, opened = false, locked = false, muted = false, members = {}}
local before = known.members[member.call]
local count = 0
for _ in pairs(known.members) do
  count = count + 1
end
if not before and not member.moderator then
  if known.locked then
    return {'locked', told(name, known)}
  end
  if count >= tonumber(ARGV[3]) then
    return {'full', told(name, known)}
  end
end
if before then
  local was = member_of(before)
  member.since, member.muted, member.kicked = was.since, was.muted, was.kicked
else
  member.muted = known.muted and not member.moderator
end
known.opened = known.opened or member.moderator
known.members[member.call] = {member = cjson.encode(member), ['until'] = now + ARGV[2]}
return {'in', kept_and_told(name, known)}
