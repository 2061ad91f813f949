-- Tickets: hash ticket:ID; the line of a queue (the place of each ticket) and its lanes (those who may be offered now).
local read = {}

function tickets.get(id)
    local ticket = read[id]
    if ticket == nil then
        ticket = hash(P .. 'ticket:' .. id)
        ticket.id = id
        read[id] = ticket.queue and ticket or false
    end
    return read[id] or nil
end

function tickets.set(ticket, field, value)
    if type(value) == 'number' then
        value = whole(value)
    end
    ticket[field] = value
    call('HSET', P .. 'ticket:' .. ticket.id, field, value)
end

local function line(ticket)
    return P .. 'line:' .. ticket.queue
end

-- Callbacks before their time: no ticket is behind them.
local function held(ticket)
    return P .. 'held:' .. ticket.queue
end

-- Its worker is there: it has to be heard of again before the lease is over, or no worker has the caller any more.
function tickets.renew_lease(ticket)
    local lease = now + TICKET_LEASE_US
    tickets.set(ticket, 'lease', lease)
    call('ZADD', P .. 'due', lease, 'lease:' .. ticket.id)
end

-- What a version before this one wrote: callers without a lease, held callbacks in line. Done once.
function tickets.bring_up_to_date()
    if call('SETNX', P .. 'leased', '1') == 0 then
        return
    end
    for _, id in ipairs(call('SMEMBERS', P .. 'tickets')) do
        local ticket = tickets.get(id)
        if ticket and ticket.callback ~= '1' and not ticket.lease then
            tickets.renew_lease(ticket)
        elseif ticket and ticket.state == 'held' and call('ZREM', line(ticket), id) == 1 then
            call('ZADD', held(ticket), ticket.order, id)
        end
    end
end

local function lane_set(queue, lane)
    return P .. 'wait:' .. queue .. '|' .. lane
end
tickets.lane_set = lane_set

-- Tickets that ring at several agents at once: an agent who becomes free and serves the demand joins.
local function rung_set(queue, demand)
    return P .. 'rung:' .. queue .. '|' .. demand
end
tickets.rung_set = rung_set

-- `@anna` is the lane of one agent, everything else a demand.
function tickets.only_for(lane)
    return string.match(lane, '^@(.*)$')
end

function tickets.notice(ticket, what, detail)
    tell(ticket.worker, 'notices', {ticket.id, ticket.worker, what, detail})
end

function tickets.create(id, fields)
    local ticket = {id = id}
    read[id] = ticket
    for field, value in pairs(fields) do
        tickets.set(ticket, field, value)
    end
    call('SADD', P .. 'tickets', id)
    call('ZADD', P .. 'since:' .. ticket.queue, ticket.joined, id)
    return ticket
end

-- The caller has hung up and is to be called back.
function tickets.hang_up(ticket)
    tickets.set(ticket, 'callback', '1')
    call('ZREM', P .. 'since:' .. ticket.queue, ticket.id)
    call('ZREM', P .. 'due', 'lease:' .. ticket.id)
end

local function leave_lane(ticket)
    call('ZREM', lane_set(ticket.queue, ticket.lane or ''), ticket.id)
    call('ZREM', rung_set(ticket.queue, ticket.lane or ''), ticket.id)
end

-- Out of line and lane; the ticket itself stays.
function tickets.step_out(ticket)
    call('ZREM', line(ticket), ticket.id)
    call('ZREM', held(ticket), ticket.id)
    leave_lane(ticket)
    call('ZREM', P .. 'due', 'stage:' .. ticket.id)
end

function tickets.delete(ticket)
    tickets.step_out(ticket)
    call('ZREM', P .. 'due', 'callback:' .. ticket.id, 'lease:' .. ticket.id)
    call('ZREM', P .. 'since:' .. ticket.queue, ticket.id)
    if ticket.callback == '1' and ticket.number ~= '' then
        local kept = P .. 'callbacks:' .. ticket.queue
        if call('HGET', kept, ticket.number) == ticket.id then
            call('HDEL', kept, ticket.number)
        end
    end
    call('DEL', P .. 'ticket:' .. ticket.id)
    call('SREM', P .. 'tickets', ticket.id)
    read[ticket.id] = false
end

local function stages_of(ticket)
    return cjson.decode(ticket.stages)
end

-- The stage in force: the last whose moment has come; never before `least`, never the lane of one agent who is not active.
local function choose_stage(ticket, least)
    local stages, chosen = stages_of(ticket), least
    for i, stage in ipairs(stages) do
        if tonumber(stage[1]) <= now and i > chosen then
            chosen = i
        end
    end
    local only = tickets.only_for(stages[chosen][2])
    while only and stages[chosen + 1] and not agents.is_active(agents.get(only)) do
        chosen = chosen + 1
        only = tickets.only_for(stages[chosen][2])
    end
    return stages, chosen
end

-- Returns the stage that follows, nil if it is the last.
local function note_stage(ticket)
    local stages, chosen = choose_stage(ticket, number_of(ticket.stage))
    tickets.set(ticket, 'stage', chosen)
    tickets.set(ticket, 'lane', stages[chosen][2])
    return stages[chosen + 1]
end

local function wait_for_stage(ticket)
    local following = note_stage(ticket)
    if following then
        call('ZADD', P .. 'due', following[1], 'stage:' .. ticket.id)
    else
        call('ZREM', P .. 'due', 'stage:' .. ticket.id)
    end
end

-- The times between the hours in which a customer may be called, as the worker has said: "from:till,from:till".
local function closed_times(ticket)
    return string.gmatch(ticket.closed or '', '(%d+):(%d+)') -- a callback of an older version does not say
end

-- When the customer may be called again, if the hours are over now.
local function opens_at(ticket)
    for from, till in closed_times(ticket) do
        if ticket.callback == '1' and now >= tonumber(from) and now < tonumber(till) then
            return tonumber(till)
        end
    end
end

-- When the hours are over next.
function tickets.closes_at(ticket)
    for from in closed_times(ticket) do
        if tonumber(from) > now then
            return tonumber(from)
        end
    end
end

-- Begin (or go on) to wait: into the line by its order, into the lane of its stage. The code that calls this serves it afterwards.
function tickets.wait(ticket)
    local opens = opens_at(ticket)
    if opens then
        tickets.set(ticket, 'not_before', opens)
        tickets.hold(ticket)
        call('ZADD', P .. 'due', math.min(opens, tonumber(ticket.expires)), 'callback:' .. ticket.id)
        return
    end
    tickets.set(ticket, 'state', 'waiting')
    tickets.set(ticket, 'offer', '')
    leave_lane(ticket)
    call('ZREM', held(ticket), ticket.id)
    call('ZADD', line(ticket), ticket.order, ticket.id)
    wait_for_stage(ticket)
    if layout.queue(ticket.queue) then
        call('ZADD', lane_set(ticket.queue, ticket.lane), ticket.order, ticket.id)
    end
end

-- Whether the queue's strategy rings all at once, and more agents may join.
function tickets.is_together(ticket)
    local queue = layout.queue(ticket.queue)
    return queue ~= nil and strategies[queue.strategy].together == true
end

-- It rings: agents who may join are found by its demand.
function tickets.let_join(ticket)
    if tickets.is_together(ticket) and not tickets.only_for(ticket.lane) then
        call('ZADD', rung_set(ticket.queue, ticket.lane), ticket.order, ticket.id)
    end
end

-- It rings on in the lane its stage has by now.
function tickets.renew_stage(ticket)
    leave_lane(ticket)
    note_stage(ticket)
    tickets.let_join(ticket)
end

-- The layout has changed: it rings on in the same stage, whose lane may be another one.
function tickets.keep_stage(ticket)
    tickets.set(ticket, 'lane', stages_of(ticket)[number_of(ticket.stage)][2])
    tickets.let_join(ticket)
end

-- When the next stage of a ticket that rings begins, nil if it is in the last.
function tickets.next_stage(ticket)
    local following = stages_of(ticket)[number_of(ticket.stage) + 1]
    return following and tonumber(following[1])
end

-- Offered: in line, in no lane. Only where more agents may join its stage is looked at before it waits again.
function tickets.offer(ticket, id, epoch)
    tickets.set(ticket, 'epoch', epoch)
    tickets.set(ticket, 'state', 'offered')
    tickets.set(ticket, 'offer', id)
    if number_of(ticket.first_offered) == 0 then
        tickets.set(ticket, 'first_offered', now)
    end
    call('ZREM', lane_set(ticket.queue, ticket.lane), ticket.id)
    call('ZREM', P .. 'due', 'stage:' .. ticket.id)
    tickets.let_join(ticket)
end

local function set_aside(ticket, state, set)
    tickets.set(ticket, 'state', state)
    tickets.set(ticket, 'offer', '')
    tickets.step_out(ticket)
    call('ZADD', set, ticket.order, ticket.id)
end

-- In line, but not to be offered: its worker is not there.
function tickets.set_adrift(ticket)
    set_aside(ticket, 'adrift', line(ticket))
end

-- A callback before its time, or between the hours.
function tickets.hold(ticket)
    set_aside(ticket, 'held', held(ticket))
end

-- The agent of this lane is not active any more: callers who waited for that agent alone wait for all.
function tickets.abandon_lane(queue, agent)
    for _, id in ipairs(call('ZRANGE', lane_set(queue, '@' .. agent), 0, -1)) do
        local ticket = tickets.get(id)
        if ticket then
            tickets.wait(ticket)
            serving.ticket(ticket)
        end
    end
end

function tickets.position(ticket)
    local rank = call('ZRANK', line(ticket), ticket.id)
    return rank and rank + 1 or 0
end

function tickets.place(queue, position)
    return {
        position,
        call('ZCARD', P .. 'line:' .. queue),
        call('SCARD', P .. 'active:' .. queue),
        whole(number_of(call('HGET', P .. 'queue:' .. queue, 'handling'))),
    }
end

-- So many of the queue, first and last counted from 0: those in line, then those who are held.
function tickets.page(queue, first, last)
    local found = call('ZRANGE', P .. 'line:' .. queue, first, last)
    local behind = call('ZCARD', P .. 'line:' .. queue)
    if last >= behind then
        for _, id in ipairs(call('ZRANGE', P .. 'held:' .. queue, math.max(first - behind, 0), last - behind)) do
            found[#found + 1] = id
        end
    end
    return found
end

function tickets.order_of(joined, queue, priority)
    return joined - queue.weight_us - priority * queue.priority_us
end
