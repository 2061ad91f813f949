-- Bundles: what legs hold of their counters. A leg holds what is reserved for it while it lives, and then what it has used, until
-- the ledger has that, but a day at most. Parts are of 1/10,000 of a second, a call or a unit of money.
local COUNTED = 'BundleCounter'
-- A counter that no call has to do with for so long is forgotten: it is looked up again.
local FORGOTTEN_S = 3456000
local LOST_US = 86400000000

-- The counter; nil: Redis does not know what is used (any more).
local function counter_of(key)
    local place = P .. 'counter:' .. key
    local version, changes, used, held, legs = unpack(call('HMGET', place, '$', 'changes', 'used', 'held', 'legs'))
    if version and version ~= COUNTED then
        error('NEWER the counter is ' .. version .. ', this script knows ' .. COUNTED)
    end
    return used and {
        changes = tonumber(changes), used = tonumber(used), held = tonumber(held or 0), legs = tonumber(legs or 0),
    }
end

-- What the leg holds: pairs of parts and key.
local function held_by(leg)
    local held = {}
    for parts, key in string.gmatch(call('HGET', P .. 'covered', leg) or '', '(%d+) ([^|]+)') do
        held[#held + 1] = {parts = tonumber(parts), key = key}
    end
    return held
end

local function hold(key, parts, legs)
    local place = P .. 'counter:' .. key
    call('HINCRBY', place, 'held', whole(parts))
    call('HINCRBY', place, 'legs', legs)
    call('EXPIRE', place, FORGOTTEN_S)
end

-- From here on the leg holds this, until `till`, and nothing else.
local function cover(leg, wanted, till)
    for _, one in ipairs(held_by(leg)) do
        hold(one.key, -one.parts, -1)
    end
    local texts = {}
    for _, one in ipairs(wanted) do
        if one.parts > 0 then
            hold(one.key, one.parts, 1)
            texts[#texts + 1] = whole(one.parts) .. ' ' .. one.key
        end
    end
    if #texts > 0 then
        call('HSET', P .. 'covered', leg, table.concat(texts, '|'))
        call('ZADD', P .. 'covered_due', whole(till), leg)
    else
        call('HDEL', P .. 'covered', leg)
        call('ZREM', P .. 'covered_due', leg)
    end
end

function uncover(leg)
    cover(leg, {}, 0)
end

-- Tell what the ledger has of counters. Given: key, changes, used, for each. Answers a word for each, as `book` does; `unknown`:
-- Redis does not have it, and no call asks for it.
local function count(is_new_one_kept)
    local words = {}
    for i = 3, #ARGV, 3 do
        local key, changes, used = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
        local known, word = counter_of(key), 'same'
        if not known and not is_new_one_kept then
            word = 'unknown'
        elseif known and known.changes > changes then
            word = 'older'
        elseif not known or known.changes < changes then
            word = 'newer'
        elseif known.used ~= used then
            word = 'mended'
        end
        if word == 'newer' or word == 'mended' then
            call('HSET', P .. 'counter:' .. key, '$', COUNTED, 'changes', whole(changes), 'used', whole(used))
            call('EXPIRE', P .. 'counter:' .. key, FORGOTTEN_S)
        end
        words[#words + 1] = word
    end
    return words
end

function ops.count()
    return count(true)
end

-- The same, but only of counters that Redis has.
function ops.recount()
    return count(false)
end

