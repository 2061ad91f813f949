-- What agents ask for, and what is heard of their phones.

local function truth(value)
    return value and '1' or ''
end

local actions = {}

function actions.log_in(agent)
    agents.set(agent, 'logged_in', '1')
    agents.set(agent, 'paused', '')
    agents.set(agent, 'misses', 0)
end

function actions.log_out(agent, set)
    if set.auto then
        return 'auto'
    end
    agents.set(agent, 'logged_in', '')
end

function actions.pause(agent)
    agents.set(agent, 'paused', given.detail ~= '' and given.detail or 'pause')
end

function actions.resume(agent)
    agents.set(agent, 'paused', '')
    agents.set(agent, 'misses', 0)
end

function actions.end_wrap_up(agent)
    agents.set(agent, 'wrap_until', now)
end

function actions.prolong_wrap_up(agent)
    if number_of(agent.wrap_until) <= now or not string.match(given.detail, '^%d+$') then
        return 'no_wrap_up'
    end
    agents.set(agent, 'wrap_until', number_of(agent.wrap_until) + tonumber(given.detail))
end

function ops.act()
    local set, agent = layout.agent(given.agent), agents.get(given.agent)
    if not set then
        return {'unknown'}
    end
    local refused = actions[given.action](agent, set)
    if refused then
        return {refused}
    end
    agents.refresh(agent)
    serving.agent(agent)
    return {'done'}
end

-- Who has a phone registered comes first, so that no queue looks deserted in between.
function ops.reach()
    local names = {}
    for name in pairs(given.agents) do
        names[#names + 1] = name
    end
    table.sort(names, function(a, b)
        local one, other = given.agents[a], given.agents[b]
        return one ~= other and one or one == other and a < b
    end)
    for _, name in ipairs(names) do
        local agent = agents.get(name)
        agents.set(agent, 'reachable', truth(given.agents[name]))
        agents.refresh(agent)
        serving.agent(agent)
    end
    return {'done'}
end

function ops.elsewhere()
    local agent = agents.get(given.agent)
    call(given.on and 'SADD' or 'SREM', P .. 'elsewhere:' .. given.agent, given.id)
    if given.on then
        engagements.hold(given.agent, given.id, given.call)
    else
        engagements.over(given.agent, given.id)
    end
    agents.refresh(agent)
    serving.agent(agent)
    return {'done'}
end
