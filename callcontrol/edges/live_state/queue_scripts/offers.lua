-- Offers: hash offer:ID. An offer is a lease: whoever holds it is let go when it expires.

local function agents_of(id)
    return split(call('HGET', P .. 'offer:' .. id, 'agents'))
end

function offers.ticket_of(id)
    local ticket = call('HGET', P .. 'offer:' .. id, 'ticket')
    return ticket and tickets.get(ticket)
end

function offers.make(ticket, names)
    local epoch = number_of(ticket.epoch) + 1
    local id = ticket.id .. ':' .. whole(epoch)
    local expires = now + RESERVED_US
    call('HSET', P .. 'offer:' .. id, 'ticket', ticket.id, 'agents', table.concat(names, ','), 'expires', expires, 'ringing', '')
    call('ZADD', P .. 'due', expires, 'offer:' .. id)
    tickets.set(ticket, 'epoch', epoch)
    tickets.set(ticket, 'state', 'offered')
    tickets.set(ticket, 'offer', id)
    if number_of(ticket.first_offered) == 0 then
        tickets.set(ticket, 'first_offered', now)
    end
    call('ZREM', tickets.lane_set(ticket.queue, ticket.lane), ticket.id)
    for _, name in ipairs(names) do
        local agent = agents.get(name)
        agents.set(agent, 'offer', id)
        agents.refresh(agent)
        figures.agent(name, 'offered', 1)
    end
    figures.queue(ticket.queue, 'offers', #names)
    local whom = ticket.callback == '1' and worker or ticket.worker
    tell(whom, 'offers', {id, ticket.id, ticket.queue, whole(epoch), table.concat(names, ','), ticket.joined, whole(expires), whom,
        ticket.callback or '', ticket.attempt or '0', ticket.number})
end

local function forget(id)
    call('DEL', P .. 'offer:' .. id)
    call('ZREM', P .. 'due', 'offer:' .. id)
end

-- Let everybody go who still has this offer; they are not served yet. Returns them.
function offers.release(id)
    local names, found = agents_of(id), {}
    forget(id)
    for _, name in ipairs(names) do
        local agent = agents.get(name)
        if agent.offer == id then
            agents.set(agent, 'offer', '')
            agents.refresh(agent)
            found[#found + 1] = agent
        end
    end
    return found
end

-- The ticket's offer, if it has one, is void: its agents are free again and served.
function offers.withdraw(ticket)
    if (ticket.offer or '') == '' then
        return
    end
    local released = offers.release(ticket.offer)
    tickets.set(ticket, 'offer', '')
    return released
end

local function remove_agent(id, name)
    local names = agents_of(id)
    local i = index_of(names, name)
    if i then
        table.remove(names, i)
    end
    if #names > 0 then
        call('HSET', P .. 'offer:' .. id, 'agents', table.concat(names, ','))
    end
    return #names
end

local RESTS = {rejected = true, busy = true, no_answer = true, unreachable = true}
local MISSES = {rejected = true, no_answer = true}

local function blame(agent, queue_name, how)
    local queue = layout.queue(queue_name)
    if not RESTS[how] then
        return
    end
    agents.set(agent, 'last_passed', now)
    agents.set(agent, 'rest_until', now + (queue and queue.rest_us[how] or 0))
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

-- It is over for this agent. Returns the ticket if nobody has the offer any more; nobody is served yet.
function offers.pass(id, agent, how)
    local ticket = offers.ticket_of(id)
    local left = remove_agent(id, agent.name)
    agents.set(agent, 'offer', '')
    blame(agent, ticket and ticket.queue or '', how)
    agents.refresh(agent)
    if left > 0 then
        return nil
    end
    forget(id)
    return ticket and ticket.offer == id and ticket or nil
end

offers.blame = blame
offers.forget = forget
offers.agents_of = agents_of
