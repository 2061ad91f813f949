-- ARGV: the caller (JSON), lease (ms), then the places, the first wanted first. Answers {the place or '', 1 if
-- it was held for who parks the caller}.
local wanted = cjson.decode(ARGV[1])
local found, was_held = '', 0
for i = 3, #ARGV do
  local known = at(ARGV[i])
  if is_of(known, wanted.call) then
    return {ARGV[i], 0}
  end
  if known and wanted.by ~= '' and cjson.decode(known.caller).held_for == wanted.by and was_held == 0 then
    found, was_held = ARGV[i], 1
  elseif not known and found == '' then
    found = ARGV[i]
  end
end
if found ~= '' then
  keep(found, {caller = caller_at(found, ARGV[1]), ['until'] = now + ARGV[2]})
end
return {found, was_held}
