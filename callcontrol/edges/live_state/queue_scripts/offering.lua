-- What becomes of an offer, and of the conversation after it.

function ops.ringing()
    local name = P .. 'offer:' .. given.offer
    local lasts = call('HGET', name, 'expires')
    if not lasts then
        return {'void'}
    end
    local expires = math.max(tonumber(lasts), now + given.for_us)
    call('HSET', name, 'expires', expires, 'ringing', '1', 'joining', '')
    call('ZADD', P .. 'due', expires, 'offer:' .. given.offer)
    for _, agent_name in ipairs(offers.agents_of(given.offer)) do
        agents.refresh(agents.get(agent_name))
    end
    return {'ringing'}
end

local function count_answer(ticket, agent)
    local queue, wait = layout.queue(ticket.queue), now - tonumber(ticket.joined)
    local in_time = queue and wait <= queue.in_time_us and 1 or 0
    figures.queue(ticket.queue, 'answered', 1)
    figures.queue(ticket.queue, 'wait_ms', figures.ms(wait))
    figures.queue(ticket.queue, 'answered_in_time', in_time)
    agents.set(agent, 'talk_wait_ms', figures.ms(wait))
    agents.set(agent, 'talk_in_time', in_time)
end

local function take(agent, ticket, offer)
    local talk = {
        talking = ticket.id, talk_offer = offer, talk_queue = ticket.queue, talk_number = ticket.number,
        talk_callback = ticket.callback, talk_day = periods.day, talk_since = now, offer = '', wrap_until = 0, rest_until = 0,
    }
    for field, value in pairs(talk) do
        agents.set(agent, field, value)
    end
    figures.agent(agent.name, 'answered', 1)
    agents.refresh(agent)
end

function ops.accept()
    local agent, ticket = agents.get(given.agent), offers.ticket_of(given.offer)
    if (agent.talking or '') ~= '' and agent.talk_offer == given.offer then
        return {'accepted'} -- said again
    end
    if not ticket or agent.offer ~= given.offer then
        return {'void'}
    end
    offers.drop(given.offer, agent.name)
    take(agent, ticket, given.offer)
    engagements.hold(agent.name, ticket.id, given.call)
    local losers = offers.let_go(given.offer)
    if ticket.callback == '1' then
        tickets.set(ticket, 'attempt', number_of(ticket.attempt) + 1)
        tickets.set(ticket, 'state', 'calling')
        tickets.set(ticket, 'offer', '')
        tickets.step_out(ticket)
    else
        tickets.delete(ticket)
        count_answer(ticket, agent)
    end
    serving.agents(losers)
    local answer = {'accepted'}
    for _, loser in ipairs(losers) do
        answer[#answer + 1] = loser.name
    end
    return answer
end

function ops.pass()
    local agent = agents.get(given.agent)
    if agent.offer ~= given.offer then
        return {'void'}
    end
    local ticket = offers.ticket_of(given.offer)
    local left = offers.drop(given.offer, agent.name)
    agents.set(agent, 'offer', '')
    offers.blame(agent, ticket.queue, given.how)
    agents.refresh(agent)
    if left > 0 then
        offers.close_unless_agents(given.offer, given.how)
        serving.agent(agent)
        serving.ringing(ticket)
    else
        tickets.wait(ticket)
        serving.both(ticket, {agent})
    end
    return {'passed', agent.paused or ''}
end

local function count_talk(agent, queue_name, queue, talk_us)
    local wrap_us = queue and queue.wrap_up_us or 0
    figures.talked(agent.name, talk_us)
    for _, count in ipairs({'queue', 'agent'}) do
        local whose = count == 'queue' and queue_name or agent.name
        figures[count](whose, 'talks', 1)
        figures[count](whose, 'talk_ms', figures.ms(talk_us))
        figures[count](whose, 'wrap_up_ms', figures.ms(wrap_us))
    end
    local name = P .. 'queue:' .. queue_name
    local before, took = number_of(call('HGET', name, 'handling')), talk_us + wrap_us
    call('HSET', name, 'handling', before == 0 and took or math.floor((7 * before + took) / 8))
end

local function stick(agent, queue_name, queue)
    if queue and queue.sticky_within_us > 0 and agent.talk_number ~= '' then
        call('SET', P .. 'sticky:' .. queue_name .. ':' .. agent.talk_number, agent.name .. ' ' .. whole(now),
            'PX', figures.ms(queue.sticky_within_us) + 1000)
    end
end

-- They were never joined: what `accept` counted is taken back where it was counted, and the one who left is to blame.
local function never_joined(agent, queue_name, how)
    if agent.talk_callback ~= '1' then
        figures.queue(queue_name, 'answered', -1, agent.talk_day)
        figures.queue(queue_name, 'wait_ms', -number_of(agent.talk_wait_ms), agent.talk_day)
        figures.queue(queue_name, 'answered_in_time', -number_of(agent.talk_in_time), agent.talk_day)
        figures.queue(queue_name, 'abandoned', how == 'abandoned' and 1 or 0, agent.talk_day)
    end
    if how == 'dropped' then
        offers.blame(agent, queue_name, 'rejected')
    end
end

function ops.over()
    local agent = agents.get(given.agent)
    if (agent.talking or '') == '' or agent.talking ~= given.id then
        return {'void', '0'}
    end
    local queue_name = agent.talk_queue
    local queue = layout.queue(queue_name)
    agents.set(agent, 'talking', '')
    engagements.over(agent.name, given.id)
    if given.talk_us > 0 then
        agents.set(agent, 'last_talk', now)
        agents.set(agent, 'misses', 0)
        agents.set(agent, 'wrap_until', now + (queue and queue.wrap_up_us or 0))
        count_talk(agent, queue_name, queue, given.talk_us)
        stick(agent, queue_name, queue)
    else
        never_joined(agent, queue_name, given.how)
    end
    agents.refresh(agent)
    serving.agent(agent)
    return {'over', agent.wrap_until or '0'}
end
