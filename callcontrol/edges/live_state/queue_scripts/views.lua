-- What tables show. Read only; a page at a time.

local function flat(name)
    return call('HGETALL', name)
end

function ops.view_queues()
    local answer = {}
    for _, name in ipairs(layout.names('queue')) do
        local line, ready, callbacks = P .. 'line:' .. name, 0, call('HLEN', P .. 'callbacks:' .. name)
        for _, agent in ipairs(call('SMEMBERS', P .. 'active:' .. name)) do
            ready = ready + ((call('HGET', P .. 'agent:' .. agent, 'ready') or '') ~= '' and 1 or 0)
        end
        local oldest = call('ZRANGE', P .. 'since:' .. name, 0, 0, 'WITHSCORES')[2]
        answer[#answer + 1] = {name, call('ZCARD', line), callbacks, oldest and whole(tonumber(oldest)) or '', call('SCARD', P .. 'active:' .. name),
            ready, whole(number_of(call('HGET', P .. 'queue:' .. name, 'handling'))), flat(P .. 'figures:' .. periods.day .. ':' .. name),
            call('ZCARD', P .. 'held:' .. name)}
    end
    return answer
end

local FIELDS = {'state', 'since', 'paused', 'wrap_until', 'rest_until', 'misses', 'talk_number', 'logged_in', 'reachable'}

-- All agents, or those that are named.
function ops.view_agents()
    local answer = {}
    for _, name in ipairs(given.names or layout.names('agent')) do
        local agent, row, queues = agents.get(name), {name}, {}
        for _, field in ipairs(FIELDS) do
            row[#row + 1] = agent[field] or ''
        end
        row[2] = agents.state(agent)
        for _, seat in ipairs(layout.seats(name)) do
            queues[#queues + 1] = seat.queue
        end
        row[#row + 1] = queues
        row[#row + 1] = flat(P .. 'did:' .. periods.day .. ':' .. name)
        answer[#answer + 1] = row
    end
    return answer
end

-- Of each agent a text that is another one as soon as the agent does something else: a twentieth of all there is to tell.
function ops.view_marks()
    local answer, named = {}, layout.names('agent')
    for place, name in ipairs(named) do
        local mark = call('HMGET', P .. 'agent:' .. name, 'state', 'since', 'paused', 'wrap_until', 'rest_until', 'misses', 'talk_number')
        for field = 1, #mark do
            mark[field] = mark[field] or ''
        end
        answer[place] = name .. '\n' .. table.concat(mark, '\n')
    end
    return answer
end

-- How many agents are in which state, as it was noted last: one field of each, not all of them.
function ops.view_states()
    local counts, answer = {}, {}
    for _, name in ipairs(layout.names('agent')) do
        local state = call('HGET', P .. 'agent:' .. name, 'state') or 'logged_out'
        counts[state] = (counts[state] or 0) + 1
    end
    for state, count in pairs(counts) do
        answer[#answer + 1] = {state, count}
    end
    return answer
end

-- Nothing but what stands in every answer: what time it is here.
function ops.view_time()
    return {'done'}
end

-- Whose phones count as registered.
function ops.view_reachable()
    local answer = {}
    for _, name in ipairs(layout.names('agent')) do
        if call('HGET', P .. 'agent:' .. name, 'reachable') == '1' then
            answer[#answer + 1] = name
        end
    end
    return answer
end

function ops.view_tickets()
    local answer = {}
    for _, id in ipairs(tickets.page(given.queue, given.first, given.last)) do
        local ticket = tickets.get(id)
        if ticket then
            local offered = (ticket.offer or '') ~= '' and call('HGET', P .. 'offer:' .. ticket.offer, 'agents') or ''
            answer[#answer + 1] = {id, tickets.position(ticket), ticket.number, ticket.joined, ticket.priority, ticket.lane or '',
                ticket.callback == '1' and 'callback' or ticket.state, offered}
        end
    end
    return answer
end

function ops.find()
    local ticket = tickets.get(given.id)
    return ticket and {ticket.queue, ticket.worker, ticket.callback or ''} or {}
end
