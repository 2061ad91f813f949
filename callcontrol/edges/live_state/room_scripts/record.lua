-- ARGV: id of the recording, the recording (JSON). It is the room's, unless that has one. Answers the room, '' if it is
-- empty.
local known = at(name)
if not known then
  return ''
end
known.recording = known.recording or {media_id = ARGV[1], told = ARGV[2]}
return kept_and_told(name, known)
