-- ARGV: what is ordered, the call it is about ('': all who are no moderators, or the room). Answers the room, '' if it
-- is empty, or has not that call.
local known = at(name)
local what, call = ARGV[1], ARGV[2]
if not known or (call ~= '' and not known.members[call]) then
  return ''
end
local function change(one, field, value)
  local member = member_of(one)
  member[field] = value
  one.member = cjson.encode(member)
end
if what == 'lock' or what == 'unlock' then
  known.locked = what == 'lock'
elseif what == 'mute' or what == 'unmute' then
  if call ~= '' then
    change(known.members[call], 'muted', what == 'mute')
  else
    known.muted = what == 'mute'
    for _, one in pairs(known.members) do
      if not member_of(one).moderator then
        change(one, 'muted', known.muted)
      end
    end
  end
else
  for id, one in pairs(known.members) do
    if what == 'end' or id == call then
      change(one, 'kicked', what)
    end
  end
end
return kept_and_told(name, known)
