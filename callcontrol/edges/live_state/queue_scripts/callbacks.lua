-- Callbacks: tickets whose caller has hung up and is called when his turn comes.

local function schedule(ticket)
    local at = tonumber(ticket.expires)
    if ticket.state == 'held' then
        at = math.min(at, tonumber(ticket.not_before))
    end
    call('ZADD', P .. 'due', at, 'callback:' .. ticket.id)
end

-- Waits now, or is held until its time.
local function resume(ticket, not_before)
    tickets.set(ticket, 'not_before', not_before)
    if not_before <= now then
        tickets.wait(ticket)
        schedule(ticket)
        serving.ticket(ticket)
    else
        tickets.set_aside(ticket, 'held')
        schedule(ticket)
    end
end

local function other_of(ticket)
    local kept = P .. 'callbacks:' .. ticket.queue
    local id = ticket.number ~= '' and call('HGET', kept, ticket.number)
    local other = id and id ~= ticket.id and tickets.get(id)
    return other or nil
end

function ops.call_back()
    local ticket = tickets.get(given.id)
    if not ticket then
        return {'gone'}
    end
    local released = offers.withdraw(ticket)
    tickets.set(ticket, 'number', given.number)
    figures.queue(ticket.queue, 'callbacks', 1)
    if other_of(ticket) then
        tickets.delete(ticket) -- the older place is kept
    else
        tickets.set(ticket, 'callback', '1')
        tickets.set(ticket, 'expires', given.expires)
        call('HSET', P .. 'callbacks:' .. ticket.queue, given.number, ticket.id)
        resume(ticket, given.not_before)
    end
    serving.agents(released)
    return {'kept'}
end

local function give_up(ticket)
    figures.queue(ticket.queue, 'callback_failed', 1)
    local released = offers.withdraw(ticket)
    tickets.delete(ticket)
    serving.agents(released)
end

function ops.called()
    local ticket = tickets.get(given.id)
    if not ticket or ticket.callback ~= '1' or (ticket.state ~= 'calling' and ticket.state ~= 'offered') then
        return {'gone'}
    end
    if given.reached then
        figures.queue(ticket.queue, 'called_back', 1)
        tickets.delete(ticket)
        return {'reached'}
    end
    if given.not_before == 0 or given.not_before >= tonumber(ticket.expires) then
        give_up(ticket)
        return {'given_up'}
    end
    local released = offers.withdraw(ticket)
    resume(ticket, given.not_before)
    serving.agents(released)
    return {'kept'}
end

function ops.callback_due(ticket)
    if now >= tonumber(ticket.expires) then
        give_up(ticket)
    elseif ticket.state == 'held' then
        resume(ticket, tonumber(ticket.not_before))
    end
end
