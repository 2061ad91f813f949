-- A payer is restricted because of a limit, or a person has said what holds for it. Given: whose and of which limit (a field of
-- the hash), the restriction (JSON), its level's rank, now (microseconds), 1 if a person says so, the channel on which workers hear it.
-- A person's word always counts. A limit's counts where it is stricter than what is in force, and no person's release stands
-- against it. Answers 1: it counts now; 0: what stands there stays.
local field, value, rank, now, by_hand, channel = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], ARGV[6]
local known = redis.call('HGET', KEYS[1], field)
if known and by_hand ~= '1' then
    local stands = cjson.decode(known)
    local is_in_force = type(stands['until']) ~= 'number' or stands['until'] > now
    local ranks = {released = 9, warn = 1, ask_pin = 2, block_class = 3, block_outgoing = 4}
    if is_in_force and (ranks[stands.level] or 9) >= rank then
        return 0
    end
end
redis.call('HSET', KEYS[1], field, value)
redis.call('PUBLISH', channel, '{"$":"Message","kind":"restricted","from":"' .. KEYS[1] .. '","fields":[]}')
return 1
