-- What fell due, earliest first. At most MOST a time: the caller asks again, for the next due moment is in the answer.
local MOST = 500
local fall = {}

-- A worker that took an offer up let it run out; one that did not is not there. A callback needs no certain one.
local function is_over(ticket, released, worker_is_there)
    if worker_is_there or ticket.callback == '1' then
        tickets.wait(ticket)
    else
        tickets.set_adrift(ticket)
    end
    serving.both(ticket, released)
end

function fall.offer(id)
    local ticket = offers.ticket_of(id)
    local taken_up = call('HGET', P .. 'offer:' .. id, 'ringing') == '1'
    is_over(ticket, offers.let_go(id), taken_up)
end

-- It rings: joiners whom the worker did not take up are let go, and no agent joins after them; else more may join now.
function fall.ring(id)
    local ticket = offers.ticket_of(id)
    local lost = offers.drop_joiners(id)
    if call('EXISTS', P .. 'offer:' .. id) == 0 then
        is_over(ticket, lost, false) -- no agent rings any more: the worker is not there
        return
    end
    tickets.renew_stage(ticket)
    offers.plan_look(id, ticket)
    serving.ringing(ticket)
    serving.agents(lost)
end

function fall.agent(name)
    local agent = agents.get(name)
    agents.refresh(agent)
    serving.agent(agent)
end

function fall.stage(id)
    local ticket = tickets.get(id)
    tickets.wait(ticket)
    serving.ticket(ticket)
end

function fall.callback(id)
    ops.callback_due(tickets.get(id))
end

-- No worker has asked for this caller's place: there is no call. If there is one after all, it takes its place anew.
function fall.lease(id)
    local ticket = tickets.get(id)
    tickets.notice(ticket, 'lost', '')
    serving.agents(offers.remove(ticket))
end

-- Answers how many callers are gone because no worker asked for their places.
function ops.due()
    local gone = 0
    tickets.bring_up_to_date()
    for _ = 1, MOST do
        local found = call('ZRANGEBYSCORE', P .. 'due', '-inf', now, 'LIMIT', 0, 1)
        if not found[1] then
            break
        end
        call('ZREM', P .. 'due', found[1])
        local kind, name = string.match(found[1], '^(%a+):(.*)$')
        fall[kind](name)
        gone = gone + (kind == 'lease' and 1 or 0)
    end
    return {'done', gone}
end
