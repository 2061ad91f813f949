-- Counts of the day, by queue and by agent; kept for KEPT_S.
local function add(name, field, by)
    if by ~= 0 then
        call('HINCRBY', name, field, by)
        call('EXPIRE', name, KEPT_S)
    end
end

function figures.queue(queue, field, by, day)
    add(P .. 'figures:' .. (day or periods.day) .. ':' .. queue, field, by)
end

function figures.agent(agent, field, by)
    add(P .. 'did:' .. periods.day .. ':' .. agent, field, by)
end

function figures.ms(us)
    return math.floor(us / 1000)
end

-- What `least_talked` and `fewest_calls` compare.
function figures.talked(agent, talk_us)
    for window, period in pairs(periods) do
        add(P .. 'talked:' .. window .. ':' .. period, agent, talk_us)
        add(P .. 'talks:' .. window .. ':' .. period, agent, 1)
    end
end
