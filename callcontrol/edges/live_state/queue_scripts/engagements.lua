-- What keeps agents from being offered callers, and the call it belongs to: set engaged (`agent|id`, until when it counts
-- without being heard of), hash engaged_calls (the call). `id`: the ticket an agent talks with, or one of `elsewhere`.
local CALLS = string.gsub(KEYS[1], 'q$', 'calls')
local MOST = 500 -- given up at a time
local FOUND_US = 3600000000 -- how long one without an entry counts: a version before this one has begun it
local LOOK_S = 300

local function member_of(agent_name, id)
    return agent_name .. '|' .. id
end

-- It has begun, or a worker has it still. A worker of a version before this one does not say in which call.
function engagements.hold(agent_name, id, call_id)
    if call_id then
        local member = member_of(agent_name, id)
        call('ZADD', P .. 'engaged', now + ENGAGED_US, member)
        call('HSET', P .. 'engaged_calls', member, call_id)
    end
end

function engagements.over(agent_name, id)
    call('ZREM', P .. 'engaged', member_of(agent_name, id))
    call('HDEL', P .. 'engaged_calls', member_of(agent_name, id))
end

local function is_so(agent_name, id)
    return call('HGET', P .. 'agent:' .. agent_name, 'talking') == id
        or call('SISMEMBER', P .. 'elsewhere:' .. agent_name, id) == 1
end

local function let_go(agent_name, id)
    local agent = agents.get(agent_name)
    if agent.talking == id then
        agents.set(agent, 'talking', '')
    end
    call('SREM', P .. 'elsewhere:' .. agent_name, id)
    agents.refresh(agent)
    serving.agent(agent)
end

-- Those of which no worker has been heard. A call that the live state has is with a worker, or will be taken over by one.
local function give_up()
    local gone = 0
    for _, member in ipairs(call('ZRANGEBYSCORE', P .. 'engaged', '-inf', now, 'LIMIT', 0, MOST)) do
        local agent_name, id = string.match(member, '^([^|]*)|(.*)$')
        local call_id = call('HGET', P .. 'engaged_calls', member) or ''
        if call('HEXISTS', CALLS, call_id) == 1 then
            call('ZADD', P .. 'engaged', now + ENGAGED_US, member)
        else
            engagements.over(agent_name, id)
            let_go(agent_name, id)
            gone = gone + 1
        end
    end
    return gone
end

local function note_found(agent_name, id)
    if (id or '') ~= '' then
        call('ZADD', P .. 'engaged', 'NX', now + FOUND_US, member_of(agent_name, id))
    end
end

-- What a version before this one has begun has a time as well.
local function find_others()
    if not call('SET', P .. 'engaged_looked', '1', 'NX', 'EX', LOOK_S) then
        return
    end
    for _, agent_name in ipairs(call('SMEMBERS', P .. 'agents')) do
        note_found(agent_name, call('HGET', P .. 'agent:' .. agent_name, 'talking'))
        for _, id in ipairs(call('SMEMBERS', P .. 'elsewhere:' .. agent_name)) do
            note_found(agent_name, id)
        end
    end
end

-- Answers how many agents are let go because no worker has their calls.
function ops.engaged()
    for _, one in ipairs(given.engaged) do
        if is_so(one[1], one[2]) then
            engagements.hold(one[1], one[2], one[3])
        end
    end
    find_others()
    return {'done', give_up()}
end
