-- One change of a voicemail box. Two can act on a box at once, so each change is one operation here, which also counts anew
-- what the lamps of the box show.
-- KEYS: the box, what the lamps of all boxes show, (move) the other box. ARGV: operation, now (microseconds), the box's name,
-- what it is given (JSON), (add) the message. Answers a word, a text that belongs to it, and what the lamps show: new, kept.
-- In the box: `m:ID` a message as it was left, which is never read here; `s:ID` its mark (state, taken_by, done_by, changed;
-- texts, for numbers in cjson have 14 digits); `g:KIND` greetings; `pin`.
local box, shown = KEYS[1], KEYS[2]
local operation, now, name, given = ARGV[1], tonumber(ARGV[2]), ARGV[3], cjson.decode(ARGV[4])
local call = redis.call

-- A deleted message can be taken back for a day; so long, it also keeps a late word of the same message from coming in.
local DELETED_US = 86400000000
local MAX_DELETED = 200
local MARK, PIN = 'BoxMark', 'BoxPin'

local function whole(number)
    return string.format('%.0f', number)
end

-- The value of a field that this version wrote; nil if there is none. A later version's is left to that.
local function read(key, field, tag)
    local text = call('HGET', key, field)
    if not text then
        return nil
    end
    local value = cjson.decode(text)
    if value['$'] ~= tag then
        error('NEWER ' .. field .. ' of a voicemail box is ' .. tostring(value['$']) .. ', this script knows ' .. tag)
    end
    return value
end

local function write(key, field, value)
    call('HSET', key, field, cjson.encode(value))
end

local function remove(key, id)
    return call('HDEL', key, 'm:' .. id, 's:' .. id)
end

-- What the lamps show; on the way, deleted messages go whose day is over, and the oldest of too many.
local function recount(key, of)
    local flat, new, kept, deleted = call('HGETALL', key), 0, 0, {}
    for i = 1, #flat, 2 do
        if string.sub(flat[i], 1, 2) == 's:' then
            local mark = cjson.decode(flat[i + 1])
            if mark.state == 'deleted' then
                deleted[#deleted + 1] = {id = string.sub(flat[i], 3), at = tonumber(mark.changed)}
            elseif mark.state == 'new' and mark.taken_by == '' then
                new = new + 1
            else
                kept = kept + 1
            end
        end
    end
    table.sort(deleted, function(one, other)
        return one.at > other.at or (one.at == other.at and one.id > other.id)
    end)
    for i, one in ipairs(deleted) do
        if i > MAX_DELETED or one.at + DELETED_US < now then
            remove(key, one.id)
        end
    end
    call('HSET', shown, of, new .. ' ' .. kept)
    return new, kept
end

local ops = {}

-- The mark of the message, nil if it is not there or deleted.
local function there()
    local mark = read(box, 's:' .. given.id, MARK)
    return mark and mark.state ~= 'deleted' and mark or nil
end

local function change(mark)
    mark.changed = whole(now)
    write(box, 's:' .. given.id, mark)
    return 'done', ''
end

function ops.add()
    if call('HEXISTS', box, 's:' .. given.id) == 1 then
        return 'there', ''
    end
    local mark = {['$'] = MARK, state = given.state, taken_by = given.taken_by, done_by = given.done_by, changed = '0'}
    call('HSET', box, 'm:' .. given.id, ARGV[5])
    write(box, 's:' .. given.id, mark)
    return 'done', ''
end

function ops.state()
    local mark = read(box, 's:' .. given.id, MARK)
    if not mark then
        return 'gone', ''
    end
    mark.state = given.to
    return change(mark)
end

function ops.take()
    local mark = there()
    if not mark then
        return 'gone', ''
    end
    if mark.taken_by ~= '' and mark.taken_by ~= given.by then
        return 'taken', mark.taken_by
    end
    mark.taken_by = given.by
    return change(mark)
end

function ops.release()
    local mark = there()
    if not mark then
        return 'gone', ''
    end
    mark.taken_by, mark.done_by = '', ''
    return change(mark)
end

function ops.done()
    local mark = there()
    if not mark then
        return 'gone', ''
    end
    if mark.taken_by ~= '' and mark.taken_by ~= given.by then
        return 'taken', mark.taken_by
    end
    mark.taken_by, mark.done_by, mark.state = given.by, given.by, 'kept'
    return change(mark)
end

function ops.remove()
    return remove(box, given.id) > 0 and 'done' or 'gone', ''
end

-- There it is new, and taken by no one; here it is deleted, so that a late word of it does not bring it back.
function ops.move()
    local mark, other = there(), KEYS[3]
    if not mark then
        return 'gone', ''
    end
    call('HSET', other, 'm:' .. given.id, call('HGET', box, 'm:' .. given.id))
    write(other, 's:' .. given.id, {['$'] = MARK, state = 'new', taken_by = '', done_by = '', changed = whole(now)})
    recount(other, given.to)
    mark.state = 'deleted'
    return change(mark)
end

local function pin()
    return read(box, 'pin', PIN) or {['$'] = PIN, hash = '', failures = '0', locked_until = '0'}
end

-- An attempt at the PIN is counted before it is checked: it may be checked in several calls at once.
function ops.pin_try()
    local found = pin()
    if tonumber(found.locked_until) > now then
        return 'locked', cjson.encode(found)
    end
    local failures = tonumber(found.failures)
    failures = (failures >= given.failures and 0 or failures) + 1
    found.failures, found.locked_until = whole(failures), failures >= given.failures and whole(now + given.lock_us) or '0'
    write(box, 'pin', found)
    return 'allowed', cjson.encode(found)
end

function ops.pin_right()
    local found = pin()
    found.failures, found.locked_until = '0', '0'
    write(box, 'pin', found)
    return 'done', ''
end

function ops.pin_set()
    write(box, 'pin', {['$'] = PIN, hash = given.hash, failures = '0', locked_until = '0'})
    return 'done', ''
end

local word, text = ops[operation]()
if string.sub(operation, 1, 4) == 'pin_' then
    return {word, text}
end
local new, kept = recount(box, name)
return {word, text, new, kept}
