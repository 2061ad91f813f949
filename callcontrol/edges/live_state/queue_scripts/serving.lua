-- Who is offered to whom. Costs grow with the logarithm of callers and of agents.

local function better(score, member, best)
    return best == nil or score < best.score or (score == best.score and member < best.member)
end

local function first_of(strategy, queue, ready, tier, cyclic)
    local found = cyclic and strategy.first and strategy.first(queue, ready, tier) or call('ZRANGE', ready, 0, 0, 'WITHSCORES')
    return found[1] and {member = found[1], score = tonumber(found[2]), tier = tier} or nil
end

-- The one to be offered a caller of this queue and demand; with `flat` all tiers count alike.
local function one_of(name, queue, demand, flat)
    local strategy, best = strategies[queue.strategy], nil
    for tier = 1, TIERS do
        local found = first_of(strategy, name, agents.ready_set({queue = name, tier = tier}, demand), tier, not flat)
        if found and better(found.score, found.member, best) then
            best = found
        end
        if best and not flat then
            break
        end
    end
    if best and strategy.chosen then
        strategy.chosen(name, best.score)
    end
    return best and {agents.of(best.member)} or {}
end

local function all_of(name, demand, flat)
    local found = {}
    for tier = 1, TIERS do
        local free = call('ZRANGE', agents.ready_set({queue = name, tier = tier}, demand), 0, -1, 'WITHSCORES')
        for i = 1, #free, 2 do
            found[#found + 1] = {name = agents.of(free[i]), score = tonumber(free[i + 1])}
        end
        if #found > 0 and not flat then
            break
        end
    end
    table.sort(found, function(a, b) return a.score < b.score end)
    for i, one in ipairs(found) do
        found[i] = one.name
    end
    return found
end

local function all_tiers_count(ticket, queue)
    local first = number_of(ticket.first_offered)
    return queue.tier_wait_us > 0 and first > 0 and now - first >= queue.tier_wait_us
end

local function candidates(ticket, queue)
    local only = tickets.only_for(ticket.lane)
    if only then
        local agent = agents.get(only)
        local can = layout.seat_in(only, ticket.queue) and (agent.ready or '') ~= ''
        return can and {only} or {}
    end
    local flat = all_tiers_count(ticket, queue)
    if strategies[queue.strategy].together then
        return all_of(ticket.queue, ticket.lane, flat)
    end
    agents.renew(ticket.queue, queue)
    return one_of(ticket.queue, queue, ticket.lane, flat)
end

function serving.ticket(ticket)
    local queue = layout.queue(ticket.queue)
    if ticket.state ~= 'waiting' or not queue then
        return
    end
    local chosen = candidates(ticket, queue)
    if #chosen > 0 then
        offers.make(ticket, chosen)
    end
end

-- Whether an agent of this tier, who can serve the ticket, joins those at whose phones it rings: never before a lower tier's.
local function may_join(ticket, tier)
    local queue, closed = layout.queue(ticket.queue), call('HGET', P .. 'offer:' .. ticket.offer, 'closed')
    if closed == '1' or not tickets.is_together(ticket) or tickets.only_for(ticket.lane) then
        return false
    end
    if all_tiers_count(ticket, queue) then
        return true
    end
    for _, name in ipairs(offers.agents_of(ticket.offer)) do
        local seat = layout.seat_in(name, ticket.queue)
        if seat and seat.tier < tier then
            return false
        end
    end
    return true
end

-- Free agents who may join the ringing ones do so.
function serving.ringing(ticket)
    if ticket.state ~= 'offered' or not tickets.is_together(ticket) or tickets.only_for(ticket.lane) then
        return
    end
    local queue, names = layout.queue(ticket.queue), {}
    for _, name in ipairs(all_of(ticket.queue, ticket.lane, all_tiers_count(ticket, queue))) do
        if may_join(ticket, layout.seat_in(name, ticket.queue).tier) then
            names[#names + 1] = name
        end
    end
    if #names > 0 then
        offers.join(ticket, names)
    end
end

-- Of the tickets that ring all at once the first the agent may join, if it comes before the best.
local function look_at_rung(seat, demand, best)
    local rung = call('ZRANGE', tickets.rung_set(seat.queue, demand), 0, -1, 'WITHSCORES')
    for i = 1, #rung, 2 do
        local score = tonumber(rung[i + 1])
        if not better(score, rung[i], best) then
            return best
        end
        if may_join(tickets.get(rung[i]), seat.tier) then
            return {member = rung[i], score = score}
        end
    end
    return best
end

local function look(lane, best)
    local head = call('ZRANGE', lane, 0, 0, 'WITHSCORES')
    if head[1] and better(tonumber(head[2]), head[1], best) then
        return {member = head[1], score = tonumber(head[2])}
    end
    return best
end

-- The first ticket the agent can serve that waits, or that rings at others whom the agent may join; nil if there is none.
local function first_for(agent)
    local best = nil
    for _, seat in ipairs(layout.seats(agent.name)) do
        for _, demand in ipairs(seat.demands) do
            best = look(tickets.lane_set(seat.queue, demand), best)
            best = look_at_rung(seat, demand, best)
        end
        best = look(tickets.lane_set(seat.queue, '@' .. agent.name), best)
    end
    return best and tickets.get(best.member)
end

-- Offer each of these agents who is free the first ticket that agent can serve, unless that is the excepted one.
function serving.agents(list, except)
    for _, agent in ipairs(list) do
        local ticket = (agent.ready or '') ~= '' and first_for(agent)
        if ticket and ticket ~= except then
            local give = ticket.state == 'offered' and offers.join or offers.make
            give(ticket, {agent.name})
        end
    end
end

function serving.agent(agent)
    serving.agents({agent})
end

-- A ticket that begins to wait as these agents are let go: it overtakes no ticket that one of them can serve, and goes by its
-- strategy to an agent who is free then.
function serving.both(ticket, released)
    serving.agents(released, ticket)
    serving.ticket(ticket)
    serving.agents(released)
end
