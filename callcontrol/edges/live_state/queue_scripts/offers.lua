-- Offers: hash offer:ID. An offer is a lease: the agents who have it are let go when it expires.

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

local function reserve(ticket, names, expires, whom)
    figures.queue(ticket.queue, 'offers', #names)
    told_of(ticket, ticket.offer, names, expires, whom)
    for _, name in ipairs(names) do
        local agent = agents.get(name)
        agents.set(agent, 'offer', ticket.offer)
        figures.agent(name, 'offered', 1)
        agents.refresh(agent)
    end
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
    offers.plan_look(id, ticket)
    for _, name in ipairs(names) do
        move_cursor(ticket.queue, name)
    end
    reserve(ticket, names, expires, whom)
end

-- These agents are rung as well: the offer is theirs as that of the others who have it. They join whom the worker has not taken
-- up yet, until it says that it has.
function offers.join(ticket, names)
    local offer = P .. 'offer:' .. ticket.offer
    local has, joining, whom = unpack(call('HMGET', offer, 'agents', 'joining', 'worker'))
    local expires = now + RESERVED_US
    local more = table.concat(names, ',')
    call('HSET', offer, 'agents', has .. ',' .. more, 'joining', (joining or '') == '' and more or joining .. ',' .. more,
        'joining_until', expires)
    call('ZADD', P .. 'due', 'LT', expires, 'ring:' .. ticket.offer)
    reserve(ticket, names, expires, whom)
end

-- When more agents may join by time alone: joiners not taken up in time, the next stage, all tiers counting.
function offers.plan_look(id, ticket)
    local joining, joining_until, closed = unpack(call('HMGET', P .. 'offer:' .. id, 'joining', 'joining_until', 'closed'))
    local at = (joining or '') ~= '' and tonumber(joining_until) or math.huge
    if tickets.is_together(ticket) and closed ~= '1' then
        local tier_wait_us = layout.queue(ticket.queue).tier_wait_us
        local all_count = number_of(ticket.first_offered) + tier_wait_us
        at = math.min(at, tickets.next_stage(ticket) or math.huge)
        at = tier_wait_us > 0 and all_count > now and math.min(at, all_count) or at
    end
    if at < math.huge then
        call('ZADD', P .. 'due', at, 'ring:' .. id)
    else
        call('ZREM', P .. 'due', 'ring:' .. id)
    end
end

-- Joiners whom the worker did not take up in time are let go, and no agent joins after them. Returns them, not served yet.
function offers.drop_joiners(id)
    local joining, joining_until = unpack(call('HMGET', P .. 'offer:' .. id, 'joining', 'joining_until'))
    if (joining or '') == '' or tonumber(joining_until) > now then
        return {}
    end
    local lost = {}
    for _, name in ipairs(split(joining)) do
        lost[#lost + 1] = agents.get(name)
        offers.drop(id, name)
        agents.set(lost[#lost], 'offer', '')
    end
    if #agents_of(id) > 0 then
        call('HSET', P .. 'offer:' .. id, 'joining', '', 'closed', '1')
    end
    for _, agent in ipairs(lost) do
        agents.refresh(agent)
    end
    return lost
end

-- The ticket has another worker now: of its offer, agents who are not taken up yet are that worker's to ring.
function offers.tell_again(ticket)
    local found = P .. 'offer:' .. ticket.offer
    local ringing, whom, expires, joining = unpack(call('HMGET', found, 'ringing', 'worker', 'expires', 'joining'))
    if ticket.callback == '1' or whom == worker then
        return
    end
    call('HSET', found, 'worker', worker)
    local names = ringing == '1' and split(joining or '') or agents_of(ticket.offer)
    if #names > 0 then
        told_of(ticket, ticket.offer, names, expires, worker)
    end
end

-- The offer is no more.
function offers.forget(id)
    call('DEL', P .. 'offer:' .. id)
    call('ZREM', P .. 'due', 'offer:' .. id, 'ring:' .. id)
end

-- The offer is over for all agents who still have it. Returns them, in its order; they are not served yet.
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

-- Only the worker that carries a callback's offer can end its ringing.
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

local function without(names, name)
    local i = index_of(names, name)
    if i then
        table.remove(names, i)
    end
    return names
end

-- The offer is over for one agent. Returns how many still have it.
function offers.drop(id, name)
    local names = without(agents_of(id), name)
    if #names > 0 then
        local joining = without(split(call('HGET', P .. 'offer:' .. id, 'joining') or ''), name)
        call('HSET', P .. 'offer:' .. id, 'agents', table.concat(names, ','), 'joining', table.concat(joining, ','))
    else
        offers.forget(id)
    end
    return #names
end

local RESTS = {rejected = true, busy = true, no_answer = true, unreachable = true}
local MISSES = {rejected = true, no_answer = true}

-- The switch or the caller, not the agent, ended it for one agent: it ends for the others too, and no agent joins any more. This
-- one is free at once, and the worker would not take up the same offer twice.
function offers.close_unless_agents(id, how)
    if not RESTS[how] then
        call('HSET', P .. 'offer:' .. id, 'closed', '1')
    end
end

-- A rest by how the offer ended; a miss too many pauses the agent. A queue that is no more asks for neither.
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
