-- Callbacks: tickets whose caller has hung up and is called when the ticket's turn comes.

local DAY_US = 86400 * 1000000

local function schedule(ticket)
    local at = tonumber(ticket.expires)
    if ticket.state == 'held' then
        at = math.min(at, tonumber(ticket.not_before))
    else
        at = math.min(at, tickets.closes_at(ticket) or at)
    end
    call('ZADD', P .. 'due', at, 'callback:' .. ticket.id)
end

-- It may be offered from this moment on: it waits, or is held until then. It is not served yet.
local function hold(ticket, not_before)
    tickets.set(ticket, 'not_before', not_before)
    if not_before <= now then
        tickets.wait(ticket)
    else
        tickets.hold(ticket)
    end
    schedule(ticket)
end

local function is_before(one, other)
    local a, b = tonumber(one.order), tonumber(other.order)
    return a < b or (a == b and one.id < other.id)
end

local function joined(list, more)
    for _, one in ipairs(more) do
        list[#list + 1] = one
    end
    return list
end

-- Of this ticket and the callback the number has already the better place stays, or that which is being called.
-- Returns whether this one does, and the agents who had an offer of either.
local function one_for(ticket, number)
    local other = tickets.callback_of(ticket.queue, number)
    if not other then
        return true, offers.withdraw(ticket)
    end
    if other.state == 'calling' or is_before(other, ticket) then
        return false, offers.remove(ticket)
    end
    local released = offers.withdraw(ticket)
    return true, joined(released, offers.remove(other))
end

-- How many callbacks this number was promised here since the first one of its day, and when that day is over.
local function promised_in_a_day(queue_name, number)
    local kept = call('GET', tickets.callbacks_of_day_key(queue_name, number))
    local count, over = string.match(kept or '', '^(%d+) (%d+)$')
    if not count or tonumber(over) <= now then
        return 0, now + DAY_US
    end
    return tonumber(count), tonumber(over)
end

-- What is said to who asks; a callback that is promised is the only one to this number for a while, and one of a few in a day.
local function answer_to(queue_name, number)
    if tickets.callback_of(queue_name, number) then
        return 'noted'
    end
    local name = tickets.called_back_key(queue_name, number)
    if now < number_of(call('GET', name)) then
        return 'refused'
    end
    local queue = layout.queue(queue_name)
    local again_us = queue and queue.callback_again_us or 0 -- a layout of an older version does not have it, nor the next
    local per_day = queue and queue.callback_per_day or 0
    local promised, over = promised_in_a_day(queue_name, number)
    if per_day > 0 and promised >= per_day then
        return 'refused'
    end
    if per_day > 0 then
        local name_of_day = tickets.callbacks_of_day_key(queue_name, number)
        call('SET', name_of_day, (promised + 1) .. ' ' .. whole(over), 'PX', figures.ms(over - now) + 1000)
    end
    if again_us > 0 then
        call('SET', name, whole(now + again_us), 'PX', figures.ms(again_us) + 1000)
    end
    return 'kept'
end

function ops.call_back()
    local ticket = tickets.get(given.id)
    if not ticket or given.number == '' then
        return {'gone'}
    end
    if ticket.callback == '1' then
        return {'kept'} -- said again
    end
    local answer = answer_to(ticket.queue, given.number)
    if answer == 'refused' then
        return {answer}
    end
    local stays, released = one_for(ticket, given.number)
    figures.queue(ticket.queue, 'callbacks', 1)
    if not stays then
        serving.agents(released)
        return {answer}
    end
    tickets.hang_up(ticket)
    tickets.set(ticket, 'number', given.number)
    tickets.set(ticket, 'expires', given.expires)
    tickets.set(ticket, 'closed', given.closed or '')
    tickets.set(ticket, 'context', given.context or '')
    call('HSET', P .. 'callbacks:' .. ticket.queue, given.number, ticket.id)
    hold(ticket, given.not_before)
    serving.both(ticket, released)
    return {answer}
end

-- How its caller was led; "" where a version before this one kept it.
function ops.context()
    local ticket = tickets.get(given.id)
    return ticket and ticket.context or ''
end

function ops.called()
    local ticket = tickets.get(given.id)
    if not ticket or ticket.callback ~= '1' or (ticket.state ~= 'calling' and ticket.state ~= 'offered') then
        return {'gone'}
    end
    if not given.reached and given.not_before > 0 and given.not_before < tonumber(ticket.expires) then
        local released = offers.withdraw(ticket)
        hold(ticket, given.not_before)
        serving.both(ticket, released)
        return {'kept'}
    end
    local released = offers.remove(ticket)
    figures.queue(ticket.queue, given.reached and 'called_back' or 'callback_failed', 1)
    serving.agents(released)
    return {given.reached and 'reached' or 'given_up'}
end

function ops.callback_due(ticket)
    if now >= tonumber(ticket.expires) then
        local released = offers.remove(ticket)
        figures.queue(ticket.queue, 'callback_failed', 1)
        serving.agents(released)
    elseif ticket.state == 'held' or ticket.state == 'waiting' then
        tickets.wait(ticket) -- it is held where the hours are over
        schedule(ticket)
        serving.ticket(ticket)
    else
        schedule(ticket) -- it is being offered or called: its worker looks at the hours
    end
end
