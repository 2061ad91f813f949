-- Offers: hash offer:ID. An offer is a lease: whoever holds it is let go when it expires.

local function agents_of(id)
    return split(call('HGET', P .. 'offer:' .. id, 'agents'))
end

function offers.ticket_of(id)
    local ticket = call('HGET', P .. 'offer:' .. id, 'ticket')
    return ticket and tickets.get(ticket)
end

local function move_cursor(queue_name, name)
    local queue, seat = layout.queue(queue_name), layout.seat_in(name, queue_name)
    local offered = queue and seat and strategies[queue.strategy].offered
    if offered then
        offered(queue_name, seat)
    end
end

local function told_of(ticket, id, names, expires, whom)
    local called = ticket.callback == '1'
    tell(whom, 'offers', {id, ticket.id, ticket.queue, ticket.epoch, table.concat(names, ','), ticket.joined, whole(expires), whom,
        called and '1' or '', whole(called and number_of(ticket.attempt) + 1 or 0), called and ticket.number or ''})
end

function offers.make(ticket, names)
    local epoch = number_of(ticket.epoch) + 1
    local id = ticket.id .. ':' .. whole(epoch)
    local expires = now + RESERVED_US
    local whom = ticket.callback == '1' and worker ~= '' and worker or ticket.worker
    call('HSET', P .. 'offer:' .. id, 'ticket', ticket.id, 'agents', table.concat(names, ','), 'expires', expires, 'ringing', '',
        'worker', whom)
    call('ZADD', P .. 'due', expires, 'offer:' .. id)
    tickets.offer(ticket, id, epoch)
    figures.queue(ticket.queue, 'offers', #names)
    told_of(ticket, id, names, expires, whom)
    for _, name in ipairs(names) do
        local agent = agents.get(name)
        move_cursor(ticket.queue, name)
        agents.set(agent, 'offer', id)
        figures.agent(name, 'offered', 1)
        agents.refresh(agent)
    end
end

-- The ticket has another worker now: an offer that nobody has taken up yet is his to carry out.
function offers.tell_again(ticket)
    local found = P .. 'offer:' .. ticket.offer
    local ringing, whom = unpack(call('HMGET', found, 'ringing', 'worker'))
    if ringing ~= '' or whom == worker then
        return
    end
    call('HSET', found, 'worker', worker)
    told_of(ticket, ticket.offer, agents_of(ticket.offer), call('HGET', found, 'expires'), worker)
end

-- The offer is no more.
function offers.forget(id)
    call('DEL', P .. 'offer:' .. id)
    call('ZREM', P .. 'due', 'offer:' .. id)
end

-- The offer is over for whoever still has it. Returns them, in its order; they are not served yet.
function offers.let_go(id)
    local found = {}
    for _, name in ipairs(agents_of(id)) do
        found[#found + 1] = agents.get(name)
        agents.set(found[#found], 'offer', '')
    end
    offers.forget(id)
    for _, agent in ipairs(found) do
        agents.refresh(agent)
    end
    return found
end

-- Nobody but the worker that carries a callback's offer can end its ringing.
local function tell_void(ticket, id)
    if ticket.callback == '1' then
        local whom = call('HGET', P .. 'offer:' .. id, 'worker')
        tell(whom, 'notices', {ticket.id, whom, 'offer_void', id})
    end
end

-- The ticket's offer, if it has one, is void. Returns the agents who had it; they are not served yet.
function offers.withdraw(ticket)
    local id = ticket.offer or ''
    if id == '' then
        return {}
    end
    tickets.set(ticket, 'offer', '')
    tell_void(ticket, id)
    return offers.let_go(id)
end

-- The ticket is gone. Returns the agents who had its offer; they are not served yet.
function offers.remove(ticket)
    local id = ticket.offer or ''
    tickets.delete(ticket)
    if id == '' then
        return {}
    end
    tell_void(ticket, id)
    return offers.let_go(id)
end

-- The offer is over for one agent. Returns how many still have it.
function offers.drop(id, name)
    local names = agents_of(id)
    local i = index_of(names, name)
    if i then
        table.remove(names, i)
    end
    if #names > 0 then
        call('HSET', P .. 'offer:' .. id, 'agents', table.concat(names, ','))
    else
        offers.forget(id)
    end
    return #names
end

local RESTS = {rejected = true, busy = true, no_answer = true, unreachable = true}
local MISSES = {rejected = true, no_answer = true}

-- A rest by how the offer ended; a miss too many pauses him. A queue that is no more asks for neither.
function offers.blame(agent, queue_name, how)
    local queue = layout.queue(queue_name)
    if RESTS[how] then
        agents.set(agent, 'last_passed', now)
        agents.set(agent, 'rest_until', now + (queue and queue.rest_us[how] or 0))
    end
    if not MISSES[how] then
        return
    end
    figures.queue(queue_name, 'misses', 1)
    figures.agent(agent.name, 'missed', 1)
    agents.set(agent, 'misses', number_of(agent.misses) + 1)
    if queue and queue.misses > 0 and number_of(agent.misses) >= queue.misses then
        agents.set(agent, 'paused', 'missed')
        agents.set(agent, 'misses', 0)
    end
end

offers.agents_of = agents_of
