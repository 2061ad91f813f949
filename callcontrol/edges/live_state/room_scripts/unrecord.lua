-- ARGV: id of the recording. The room is not recorded any more, if this was its recording.
local known = at(name)
if known and known.recording and known.recording.media_id == ARGV[1] then
  known.recording = nil
  kept_and_told(name, known)
end
return 1
