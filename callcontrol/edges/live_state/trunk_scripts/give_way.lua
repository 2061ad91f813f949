-- An ordinary leg of the trunk gives its channel to an emergency call: the one that began last, whose worker hears it.
local function give_way(keys, inboxes)
  local found = {}
  for leg, text in pairs_of(redis.call('HGETALL', keys[2])) do
    local kept = cjson.decode(text)
    if not kept.emergency then
      found[#found + 1] = {leg = leg, since = kept.since or 0, kept = kept}
    end
  end
  table.sort(found, function(a, b) return a.since > b.since or (a.since == b.since and a.leg < b.leg) end)
  for _, one in ipairs(found) do
    local message = {['$'] = 'Message', kind = 'gives_way', from = keys[1], fields = {one.kept.call, one.leg}}
    if redis.call('PUBLISH', inboxes .. one.kept.worker, cjson.encode(message)) > 0 then
      redis.call('ZREM', keys[1], one.leg)
      redis.call('HDEL', keys[2], one.leg)
      return {one.kept.call, one.leg}
    end
  end
  return {'', ''}
end
