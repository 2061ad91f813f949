-- The YAML's part: queues and agents as the last `configure` wrote them.
local read = {}

local function part(kind, name)
    local field = kind .. ':' .. name
    if read[field] == nil then
        local text = call('HGET', P .. 'layout', field)
        read[field] = text and cjson.decode(text) or false
    end
    return read[field] or nil
end

function layout.queue(name)
    return part('queue', name)
end

function layout.agent(name)
    return part('agent', name)
end

function layout.seats(name)
    local agent = part('agent', name)
    return agent and agent.seats or {}
end

function layout.seat_in(name, queue)
    for _, seat in ipairs(layout.seats(name)) do
        if seat.queue == queue then
            return seat
        end
    end
    return nil
end

-- Names of a kind, sorted: what depends on their order is the same everywhere.
function layout.names(kind)
    local found = {}
    for _, field in ipairs(call('HKEYS', P .. 'layout')) do
        local name = string.match(field, '^' .. kind .. ':(.*)$')
        if name then
            found[#found + 1] = name
        end
    end
    table.sort(found)
    return found
end

function layout.forget()
    read = {}
end
