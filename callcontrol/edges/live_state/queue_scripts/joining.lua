-- A caller comes, and goes.

local function sticky_agent(queue_name, queue, number)
    if number == '' or queue.sticky_within_us == 0 then
        return nil
    end
    local kept = call('GET', P .. 'sticky:' .. queue_name .. ':' .. number)
    local agent, ended = string.match(kept or '', '^(%S+) (%d+)$')
    local fits = agent and now - tonumber(ended) <= queue.sticky_within_us and layout.seat_in(agent, queue_name)
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

-- The callback this number has in this queue; there is one at most.
function tickets.callback_of(queue, number)
    local id = number ~= '' and call('HGET', P .. 'callbacks:' .. queue, number)
    return id and tickets.get(id) or nil
end

-- Until when no other callback to this number is kept in this queue.
function tickets.called_back_key(queue, number)
    return P .. 'called_back:' .. queue .. ':' .. number
end

-- How many callbacks this number was promised in this queue within a day, and until when that counts.
function tickets.callbacks_of_day_key(queue, number)
    return P .. 'callbacks_of_day:' .. queue .. ':' .. number
end

-- The place of a callback this number waits for; it is taken up.
local function taken_up_callback()
    local ticket = tickets.callback_of(given.queue, given.number)
    if not ticket or ticket.state == 'calling' then
        return nil
    end
    local found = {joined = tonumber(ticket.joined), order = tonumber(ticket.order), how = 'callback'}
    found.released = offers.remove(ticket)
    call('DEL', tickets.called_back_key(given.queue, given.number))
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
    return {joined = tonumber(joined), order = tonumber(order), how = 'came_back', released = {}}
end

local function own_place(queue)
    local order = tickets.order_of(given.joined, queue, given.priority)
    return {joined = given.joined, order = order, how = '', released = {}}
end

local function refusal(queue, order)
    local line = P .. 'line:' .. given.queue
    if call('ZCARD', line) >= queue.length then
        return 'full'
    end
    local position = 1 + call('ZCOUNT', line, '-inf', order)
    local handling = number_of(call('HGET', P .. 'queue:' .. given.queue, 'handling'))
    local bound = queue.expected_us * call('SCARD', P .. 'active:' .. given.queue)
    return bound > 0 and position * handling > bound and 'too_long' or nil
end

local function answer(ticket, took_up)
    local place = tickets.place(ticket.queue, tickets.position(ticket))
    return {'entered', place[1], place[2], place[3], place[4], ticket.joined, took_up}
end

-- Its worker is heard of.
local function heard_of(ticket)
    tickets.set(ticket, 'worker', worker)
    if ticket.callback ~= '1' then
        tickets.renew_lease(ticket)
    end
    if ticket.state == 'adrift' then
        tickets.wait(ticket)
        serving.ticket(ticket)
    elseif ticket.offer ~= '' then
        offers.tell_again(ticket)
    end
    return answer(ticket, '')
end

local function enter(queue, taken)
    local sticky = sticky_agent(given.queue, queue, given.number)
    local ticket = tickets.create(given.id, {
        queue = given.queue, number = given.number, worker = worker, joined = taken.joined, priority = given.priority,
        order = taken.order, stages = stages_for(queue, taken.joined, sticky), stage = 1, epoch = 0, first_offered = 0,
        callback = '', attempt = 0,
    })
    tickets.renew_lease(ticket)
    figures.queue(given.queue, 'entered', given.again and 0 or 1)
    tickets.wait(ticket)
    return ticket
end

function ops.join()
    local known = tickets.get(given.id)
    if known then
        return heard_of(known)
    end
    local queue = layout.queue(given.queue)
    if not queue or (not given.again and call('SCARD', P .. 'active:' .. given.queue) == 0) then
        return {'no_agent'}
    end
    local taken = not given.again and (taken_up_callback() or taken_up_gone()) or own_place(queue)
    local refused = not given.again and taken.how == '' and refusal(queue, taken.order)
    if refused then
        return {refused}
    end
    local ticket = enter(queue, taken)
    serving.both(ticket, taken.released)
    return answer(ticket, taken.how)
end

local function keep_place(ticket)
    local queue = layout.queue(ticket.queue)
    if ticket.number == '' or not queue or queue.come_back_us == 0 then
        return
    end
    local kept = ticket.joined .. ' ' .. ticket.order .. ' ' .. whole(now + queue.come_back_us)
    call('SET', P .. 'gone:' .. ticket.queue .. ':' .. ticket.number, kept, 'PX', figures.ms(queue.come_back_us) + 1000)
end

local OVERFLOWS = {overflow_wait = true, overflow_empty = true, overflow_closed = true, key = true}

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
    local released = offers.remove(ticket)
    if ticket.callback ~= '1' then
        count_leaving(ticket, given.how)
    end
    serving.agents(released)
    return {'left'}
end

function ops.place()
    local ticket = tickets.get(given.id)
    return ticket and heard_of(ticket) or {'gone'}
end
