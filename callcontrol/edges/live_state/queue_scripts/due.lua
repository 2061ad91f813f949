-- What fell due, earliest first. At most MOST a time: whoever asked asks again, for the next due moment is in the answer.
local MOST = 500
local fall = {}

function fall.offer(id)
    local ticket = offers.ticket_of(id)
    local taken_up = call('HGET', P .. 'offer:' .. id, 'ringing') == '1'
    local released = {}
    for _, name in ipairs(offers.agents_of(id)) do
        released[#released + 1] = agents.get(name)
        offers.pass(id, released[#released], 'expired')
    end
    offers.forget(id)
    if ticket and ticket.offer == id then
        if taken_up then
            tickets.wait(ticket)
            serving.ticket(ticket)
        else
            tickets.set_aside(ticket, 'adrift')
        end
    end
    serving.agents(released)
end

function fall.agent(name)
    local agent = agents.get(name)
    agents.refresh(agent)
    serving.agent(agent)
end

function fall.stage(id)
    local ticket = tickets.get(id)
    if not ticket then
        return
    end
    if ticket.state == 'waiting' then
        tickets.wait(ticket)
        serving.ticket(ticket)
    else
        tickets.note_stage(ticket, number_of(ticket.stage))
    end
end

function fall.callback(id)
    local ticket = tickets.get(id)
    if ticket then
        ops.callback_due(ticket)
    end
end

function ops.due()
    for _ = 1, MOST do
        local found = call('ZRANGEBYSCORE', P .. 'due', '-inf', now, 'LIMIT', 0, 1)
        if not found[1] then
            break
        end
        call('ZREM', P .. 'due', found[1])
        local kind, name = string.match(found[1], '^(%a+):(.*)$')
        fall[kind](name)
    end
    return {'done'}
end
