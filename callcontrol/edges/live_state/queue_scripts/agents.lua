-- Agents: hash agent:NAME. `ready` is the agent's member in the sets of free agents ("" while not free).
local read = {}

function agents.get(name)
    local agent = read[name]
    if agent == nil then
        agent = hash(P .. 'agent:' .. name)
        agent.name = name
        read[name] = agent
    end
    return agent
end

function agents.set(agent, field, value)
    if type(value) == 'number' then
        value = whole(value)
    end
    agent[field] = value
    call('HSET', P .. 'agent:' .. agent.name, field, value)
end

local function is(agent, field)
    return (agent[field] or '') ~= ''
end

function agents.is_active(agent)
    local set = layout.agent(agent.name)
    return set ~= nil and (is(agent, 'logged_in') or set.auto) and (is(agent, 'reachable') or set.external)
        and not is(agent, 'paused')
end

local function is_elsewhere(agent)
    return call('EXISTS', P .. 'elsewhere:' .. agent.name) == 1
end

function agents.is_free(agent)
    return agents.is_active(agent) and not is(agent, 'offer') and not is(agent, 'talking')
        and number_of(agent.wrap_until) <= now and number_of(agent.rest_until) <= now and not is_elsewhere(agent)
end

-- The word of vocabulary/agent.py: of several that are true the first.
function agents.state(agent)
    local set = layout.agent(agent.name)
    if is(agent, 'talking') then
        return 'talking'
    elseif is(agent, 'offer') then
        return call('HGET', P .. 'offer:' .. agent.offer, 'ringing') == '1' and 'ringing' or 'reserved'
    elseif not set or not (is(agent, 'logged_in') or set.auto) then
        return 'logged_out'
    elseif is(agent, 'paused') then
        return 'paused'
    elseif not (is(agent, 'reachable') or set.external) then
        return 'unreachable'
    elseif is_elsewhere(agent) then
        return 'elsewhere'
    elseif number_of(agent.wrap_until) > now then
        return 'wrap_up'
    end
    return 'ready'
end

local function ready_set(seat, demand)
    return P .. 'ready:' .. seat.queue .. '|' .. demand .. '|' .. seat.tier
end
agents.ready_set = ready_set

local function score_in(agent, seat)
    local queue = layout.queue(seat.queue)
    return queue and strategies[queue.strategy].score(agent, seat, queue)
end

local function enter(agent)
    local tie = math.max(number_of(agent.last_talk), number_of(agent.last_passed))
    local member = string.format('%016.0f:%s', tie, agent.name)
    agents.set(agent, 'ready', member)
    for _, seat in ipairs(layout.seats(agent.name)) do
        local score = score_in(agent, seat)
        for _, demand in ipairs(score and seat.demands or {}) do
            call('ZADD', ready_set(seat, demand), score, member)
        end
    end
end

local function leave(agent)
    for _, seat in ipairs(layout.seats(agent.name)) do
        for _, demand in ipairs(seat.demands) do
            call('ZREM', ready_set(seat, demand), agent.ready)
        end
    end
    agents.set(agent, 'ready', '')
end

-- The name in a member of a ready set.
function agents.of(member)
    return string.sub(member, 18)
end

-- No agent is active in this queue any more: every caller in it is told.
local function desert(queue)
    for _, id in ipairs(call('ZRANGE', P .. 'line:' .. queue, 0, -1)) do
        local ticket = tickets.get(id)
        if ticket.callback ~= '1' then
            tickets.notice(ticket, 'deserted', '')
        end
    end
end

agents.desert = desert

local function note_active(agent)
    local active = agents.is_active(agent)
    if active == is(agent, 'active') then
        return
    end
    agents.set(agent, 'active', active and '1' or '')
    for _, seat in ipairs(layout.seats(agent.name)) do
        call(active and 'SADD' or 'SREM', P .. 'active:' .. seat.queue, agent.name)
    end
    if active then
        return
    end
    for _, seat in ipairs(layout.seats(agent.name)) do
        tickets.abandon_lane(seat.queue, agent.name)
        if call('EXISTS', P .. 'active:' .. seat.queue) == 0 then
            desert(seat.queue)
        end
    end
end

local function note_state(agent)
    local state = agents.state(agent)
    if state == agent.state then
        return
    end
    if agent.state and agent.since then
        figures.agent(agent.name, 'in_' .. agent.state .. '_ms', figures.ms(now - number_of(agent.since)))
    end
    agents.set(agent, 'state', state)
    agents.set(agent, 'since', now)
end

local function note_due(agent)
    local at = math.huge
    for _, field in ipairs({'wrap_until', 'rest_until'}) do
        local ends = number_of(agent[field])
        at = ends > now and math.min(at, ends) or at
    end
    if at < math.huge then
        call('ZADD', P .. 'due', at, 'agent:' .. agent.name)
    else
        call('ZREM', P .. 'due', 'agent:' .. agent.name)
    end
end

-- To be called after every change of an agent: updates the sets of active and free agents, the due time, the shown state.
function agents.refresh(agent)
    call('SADD', P .. 'agents', agent.name)
    local free, ready = agents.is_free(agent), is(agent, 'ready')
    if free and not ready then
        enter(agent)
    elseif ready and not free then
        leave(agent)
    end
    note_due(agent)
    note_state(agent)
    note_active(agent)
end

-- The layout has changed: whatever stands in sets stands there no more.
function agents.reset(agent)
    agents.set(agent, 'ready', '')
    agents.set(agent, 'active', '')
end

-- Scores that count a period begin anew with it: then, and only then, all free agents of the queue are put in order again.
function agents.renew(name, queue)
    local strategy = strategies[queue.strategy]
    if not strategy.periodic then
        return
    end
    local period = queue.window .. ':' .. periods[queue.window]
    if call('HGET', P .. 'queue:' .. name, 'period') == period then
        return
    end
    call('HSET', P .. 'queue:' .. name, 'period', period)
    for _, agent_name in ipairs(call('SMEMBERS', P .. 'active:' .. name)) do
        local agent, seat = agents.get(agent_name), layout.seat_in(agent_name, name)
        for _, demand in ipairs(is(agent, 'ready') and seat and seat.demands or {}) do
            call('ZADD', ready_set(seat, demand), strategy.score(agent, seat, queue), agent.ready)
        end
    end
end
