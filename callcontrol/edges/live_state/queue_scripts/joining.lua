-- A caller comes, and goes.

local function sticky_agent(queue_name, queue, number)
    if number == '' or queue.sticky_within_us == 0 then
        return nil
    end
    local kept = call('GET', P .. 'sticky:' .. queue_name .. ':' .. number)
    local agent, ended = string.match(kept or '', '^(%S+) (%d+)$')
    local fits = agent and now - tonumber(ended) < queue.sticky_within_us and layout.seat_in(agent, queue_name)
    return fits and agents.is_active(agents.get(agent)) and agent or nil
end

local function known_demand(queue, demand)
    return index_of(queue.demands, demand) and demand or ''
end

local function stages_for(queue, joined, sticky)
    local stages, earliest = {}, joined
    if sticky then
        stages[1] = {whole(now), '@' .. sticky}
        earliest = now + queue.sticky_first_us
    end
    for _, stage in ipairs(given.stages) do
        local at = joined + stage[1]
        stages[#stages + 1] = {whole(sticky and math.max(at, earliest) or at), known_demand(queue, stage[2])}
    end
    return cjson.encode(stages)
end

-- The place of a callback this number waits for; it is taken up.
local function taken_up_callback()
    local id = given.number ~= '' and call('HGET', P .. 'callbacks:' .. given.queue, given.number)
    local ticket = id and tickets.get(id)
    if not ticket or ticket.state == 'calling' then
        return nil
    end
    local found = {joined = tonumber(ticket.joined), order = tonumber(ticket.order), how = 'callback',
        released = offers.withdraw(ticket)}
    tickets.delete(ticket)
    return found
end

-- The place of a caller who hung up a moment ago.
local function taken_up_gone()
    local name = P .. 'gone:' .. given.queue .. ':' .. given.number
    local kept = given.number ~= '' and call('GET', name)
    local joined, order, keep = string.match(kept or '', '^(%-?%d+) (%-?%d+) (%d+)$')
    if not joined or tonumber(keep) <= now then
        return nil
    end
    call('DEL', name)
    return {joined = tonumber(joined), order = tonumber(order), how = 'came_back'}
end

local function refusal(queue)
    local waiting = call('ZCARD', P .. 'line:' .. given.queue)
    if waiting >= queue.length then
        return 'full'
    end
    local handling = number_of(call('HGET', P .. 'queue:' .. given.queue, 'handling'))
    local expected = (waiting + 1) * handling / call('SCARD', P .. 'active:' .. given.queue)
    return queue.expected_us > 0 and expected > queue.expected_us and 'too_long' or nil
end

local function answer(ticket, took_up)
    local place = tickets.place(ticket.queue, tickets.position(ticket))
    return {'entered', place[1], place[2], place[3], place[4], ticket.joined, took_up}
end

local function rejoin(ticket)
    tickets.set(ticket, 'worker', worker)
    if ticket.state == 'adrift' then
        tickets.wait(ticket)
        serving.ticket(ticket)
    end
    return answer(ticket, ticket.took_up or '')
end

function ops.join()
    local known = tickets.get(given.id)
    if known then
        return rejoin(known)
    end
    local queue = layout.queue(given.queue)
    if not queue or (not given.again and call('SCARD', P .. 'active:' .. given.queue) == 0) then
        return {'no_agent'}
    end
    local taken = not given.again and (taken_up_callback() or taken_up_gone()) or nil
    local refused = not taken and not given.again and refusal(queue)
    if refused then
        return {refused}
    end
    local joined = taken and taken.joined or given.joined
    local sticky = sticky_agent(given.queue, queue, given.number)
    local ticket = tickets.create(given.id, {
        queue = given.queue, number = given.number, worker = worker, joined = joined, priority = given.priority,
        order = taken and taken.order or tickets.order_of(joined, queue, given.priority),
        stages = stages_for(queue, joined, sticky), stage = 1, epoch = 0, first_offered = 0, callback = '',
        attempt = 0, took_up = taken and taken.how or '',
    })
    figures.queue(given.queue, 'entered', given.again and 0 or 1)
    tickets.wait(ticket)
    serving.ticket(ticket)
    serving.agents(taken and taken.released)
    return answer(ticket, ticket.took_up)
end

local function keep_place(ticket)
    local queue = layout.queue(ticket.queue)
    if ticket.number == '' or not queue or queue.come_back_us == 0 then
        return
    end
    local kept = ticket.joined .. ' ' .. ticket.order .. ' ' .. whole(now + queue.come_back_us)
    call('SET', P .. 'gone:' .. ticket.queue .. ':' .. ticket.number, kept, 'PX', figures.ms(queue.come_back_us) + 1000)
end

local OVERFLOWS = {overflow_wait = true, overflow_empty = true, key = true}

local function count_leaving(ticket, how)
    local queue = layout.queue(ticket.queue)
    if how == 'abandoned' then
        local short = queue and now - tonumber(ticket.joined) < queue.short_us
        figures.queue(ticket.queue, short and 'abandoned_short' or 'abandoned', 1)
        keep_place(ticket)
    elseif OVERFLOWS[how] then
        figures.queue(ticket.queue, 'overflowed', 1)
    end
end

function ops.leave()
    local ticket = tickets.get(given.id)
    if not ticket then
        return {'gone'}
    end
    local released = offers.withdraw(ticket)
    count_leaving(ticket, given.how)
    tickets.delete(ticket)
    serving.agents(released)
    return {'left'}
end

function ops.place()
    local ticket = tickets.get(given.id)
    if not ticket then
        return {'gone'}
    end
    return rejoin(ticket)
end
