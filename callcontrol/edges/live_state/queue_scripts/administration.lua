-- What people do to queues: a new layout, a caller moved up, taken out, sent elsewhere.

function ops.prioritise()
    local ticket = tickets.get(given.id)
    local queue = ticket and layout.queue(ticket.queue)
    if not queue then
        return {'gone'}
    end
    tickets.set(ticket, 'priority', given.priority)
    tickets.set(ticket, 'order', tickets.order_of(tonumber(ticket.joined), queue, given.priority))
    local lane = ticket.lane or ''
    local line, held = P .. 'line:' .. ticket.queue, P .. 'held:' .. ticket.queue
    local sets = {line, held, tickets.lane_set(ticket.queue, lane), tickets.rung_set(ticket.queue, lane)}
    for _, set in ipairs(sets) do
        call('ZADD', set, 'XX', ticket.order, ticket.id)
    end
    return {'done'}
end

function ops.notify()
    local ticket = tickets.get(given.id)
    if not ticket then
        return {'gone'}
    end
    if ticket.callback ~= '1' then
        tickets.notice(ticket, given.what, given.detail)
        return {'told'}
    end
    if given.what ~= 'removed' then
        return {'callback'}
    end
    serving.agents(offers.remove(ticket))
    return {'done'}
end

-- The clock of this server has stepped: the queues' own goes on as it was. Of all who notice, one is first.
function ops.stepped()
    if number_of(call('GET', P .. 'correction')) ~= given.seen then
        return {'known'}
    end
    call('SET', P .. 'correction', whole(given.seen - given.by))
    return {'done'}
end

local function forget_sets(pattern_queues)
    for _, name in ipairs(pattern_queues) do
        local queue = layout.queue(name)
        call('DEL', P .. 'active:' .. name)
        for _, demand in ipairs(queue.demands) do
            call('DEL', tickets.lane_set(name, demand), tickets.rung_set(name, demand))
            for tier = 1, TIERS do
                call('DEL', agents.ready_set({queue = name, tier = tier}, demand))
            end
        end
    end
    for _, name in ipairs(layout.names('agent')) do
        for _, seat in ipairs(layout.seats(name)) do
            call('DEL', tickets.lane_set(seat.queue, '@' .. name))
        end
    end
end

local function write_layout()
    call('DEL', P .. 'layout')
    for name, queue in pairs(given.queues) do
        call('HSET', P .. 'layout', 'queue:' .. name, cjson.encode(queue))
    end
    for name, agent in pairs(given.agents) do
        call('HSET', P .. 'layout', 'agent:' .. name, cjson.encode(agent))
    end
    call('HSET', P .. 'layout', 'digest', given.digest, 'at', given.at or 0)
    layout.forget()
end

local function by_order(ids)
    local found = {}
    for _, id in ipairs(ids) do
        found[#found + 1] = tickets.get(id)
    end
    table.sort(found, function(a, b)
        local one, other = tonumber(a.order), tonumber(b.order)
        return one < other or (one == other and a.id < b.id)
    end)
    return found
end

local function known_stages(ticket, queue)
    local stages = cjson.decode(ticket.stages)
    for _, stage in ipairs(stages) do
        local only = tickets.only_for(stage[2])
        local known = only and layout.seat_in(only, ticket.queue) or not only and index_of(queue.demands, stage[2])
        stage[2] = known and stage[2] or ''
    end
    return cjson.encode(stages)
end

local function settle(ticket)
    local queue = layout.queue(ticket.queue)
    if not queue then
        if ticket.callback ~= '1' then
            tickets.notice(ticket, 'queue_gone', '')
        end
        return
    end
    tickets.set(ticket, 'stages', known_stages(ticket, queue))
    if ticket.state == 'waiting' then
        tickets.wait(ticket)
        serving.ticket(ticket)
    elseif ticket.state == 'offered' then
        tickets.keep_stage(ticket)
        offers.plan_look(ticket.offer, ticket)
        serving.ringing(ticket)
    end
end

-- Hosts may have taken the YAML at different times. An older layout never replaces a newer one, and of two of the same age
-- one wins everywhere; or hosts would replace each other's for ever. A layout without an age is older than any.
local function is_older()
    local at, digest = unpack(call('HMGET', P .. 'layout', 'at', 'digest'))
    at = tonumber(at or 0)
    return at > (given.at or 0) or (at == (given.at or 0) and digest and digest > given.digest)
end

-- No agent's state is touched: what follows from the layout (sets, lanes) is made anew.
function ops.configure()
    if call('HGET', P .. 'layout', 'digest') == given.digest then
        return {'same'}
    end
    if is_older() then
        return {'older'}
    end
    local before = {}
    for _, name in ipairs(layout.names('queue')) do
        before[name] = call('EXISTS', P .. 'active:' .. name) == 1
    end
    forget_sets(layout.names('queue'))
    write_layout()
    local known = {}
    for _, list in ipairs({call('SMEMBERS', P .. 'agents'), layout.names('agent')}) do
        for _, name in ipairs(list) do
            known[name] = true
        end
    end
    local names = {}
    for name in pairs(known) do
        names[#names + 1] = name
    end
    table.sort(names)
    for _, name in ipairs(names) do
        agents.reset(agents.get(name))
    end
    for _, name in ipairs(names) do
        agents.refresh(agents.get(name))
    end
    for _, name in ipairs(layout.names('queue')) do
        if before[name] and call('EXISTS', P .. 'active:' .. name) == 0 then
            agents.desert(name)
        end
    end
    for _, ticket in ipairs(by_order(call('SMEMBERS', P .. 'tickets'))) do
        settle(ticket)
    end
    return {'done'}
end
