-- Reserve money for a leg: its first span, or the next one. Asking twice reserves once, for rungs are what is reserved in all.
-- Given: account, leg, floor, rate, answered (0: it rings), lease, horizon (seconds); how many counters of bundles may cover the
-- leg, and key and size of each; then rungs: seconds of talk, units, parts of each of these counters.
-- Answers a word; then what stands for the leg: units, seconds of talk; what is left, legs, when the account runs dry (0: not
-- within the horizon); of each counter: what is reserved for the leg, what is left, legs. `unknown`: Redis does not have the
-- balance, `uncounted`: it does not have a counter; the caller brings it.
function ops.reserve()
    local name, leg = ARGV[3], ARGV[4]
    local floor, rate, answered = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
    local lease, horizon = tonumber(ARGV[8]), tonumber(ARGV[9])

    local account = account_of(name)
    if not account then
        return {'unknown', 0, 0, 0, 0, 0}
    end
    local covers = {}
    for i = 1, tonumber(ARGV[10]) do
        local key = ARGV[9 + 2 * i]
        covers[i] = {key = key, size = tonumber(ARGV[10 + 2 * i]), counter = counter_of(key), own = 0}
        if not covers[i].counter then
            return {'uncounted', 0, 0, 0, 0, 0}
        end
    end
    local FIRST_RUNG, RUNG = 11 + 2 * #covers, 2 + #covers
    local nothing = {units = 0, rate = 0, talk_s = 0, answered = 0, lease = 0}
    local own, others = span_of(name, leg) or nothing, {}
    local all_rates, are_many = 0, false

    local function left_now()
        return account.balance - floor - account.reserved - account.unbooked
    end

    local function answer(word, dry)
        local legs = call('HLEN', P .. 'legs:' .. name)
        local told = {word, whole(own.units), whole(own.talk_s), whole(left_now()), legs, whole(dry or 0)}
        for _, one in ipairs(covers) do
            local counter = counter_of(one.key)
            told[#told + 1] = whole(one.own)
            told[#told + 1] = whole(one.size - counter.used - counter.held)
            told[#told + 1] = counter.legs
        end
        return told
    end

    -- What the leg holds of each counter now.
    local function read_covers()
        for _, held in ipairs(#covers > 0 and held_by(leg) or {}) do
            for _, one in ipairs(covers) do
                if one.key == held.key then
                    one.own = held.parts
                end
            end
        end
        for _, one in ipairs(covers) do
            one.counter = counter_of(one.key)
        end
    end

    -- Whether each counter has what the rung at this place takes of it.
    local function is_covered(rung)
        for i, one in ipairs(covers) do
            local parts = tonumber(ARGV[rung + 1 + i])
            if parts > one.own and one.counter.used + one.counter.held - one.own + parts > one.size then
                return false
            end
        end
        return true
    end

    -- Until when a leg may talk (milliseconds).
    local function until_ms(span, talk_s)
        return quotient(span.answered > 0 and span.answered or now, 1000) + talk_s * 1000
    end

    -- Reads the account's other legs that talk, in the order of their ends.
    local function read_others()
        local flat = call('HGETALL', P .. 'legs:' .. name)
        for i = 1, #flat, 2 do
            local span = span_from(flat[i + 1])
            if flat[i] ~= leg and running(span) > 0 then
                others[#others + 1] = {rate = span.rate, till = until_ms(span, span.talk_s)}
            end
        end
        table.sort(others, function(one, other)
            return one.till < other.till
        end)
    end

    -- The rungs that lead on and that the account can pay.
    local function affordable()
        local found, left = {}, math.max(left_now(), 0)
        for i = FIRST_RUNG, #ARGV, RUNG do
            local talk_s, units = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
            if talk_s > own.talk_s and units - own.units <= left and is_covered(i) then
                found[#found + 1] = {talk_s = talk_s, units = units, at = i}
            end
        end
        return found
    end

    -- When the account runs dry (milliseconds), if all legs talk on and each reserves until then; nil: at no time. Of many legs
    -- it is taken that each has reserved as far ahead as this one.
    local function dry_ms(talk_s)
        local own_ms, left, rates = until_ms({answered = answered}, talk_s), math.max(left_now(), 0), 0
        if are_many then
            return all_rates > 0 and own_ms + quotient(left * 1000, all_rates) or nil
        end
        local place = 1
        while others[place] and others[place].till <= own_ms do
            place = place + 1
        end
        local line = {unpack(others)}
        table.insert(line, place, {rate = rate, till = own_ms})
        for i, one in ipairs(line) do
            rates = rates + one.rate
            local following = line[i + 1]
            if rates > 0 and (not following or left * 1000 < rates * (following.till - one.till)) then
                return one.till + quotient(left * 1000, rates)
            elseif following then
                left = left - quotient(rates * (following.till - one.till), 1000)
            end
        end
    end

    -- Whether no other leg comes to its end before this one does.
    local function is_next()
        local now_ms, own_ms = quotient(now, 1000), until_ms({answered = answered}, own.talk_s)
        for _, one in ipairs(others) do
            if one.till > now_ms and one.till < own_ms then
                return false
            end
        end
        return true
    end

    -- Of these rungs the largest within the leg's share of the time. What no leg's share is enough for, such as a block of a
    -- minute, goes to the leg that needs it next.
    local function best_of(rungs, share_ms)
        local best = is_next() and rungs[1] or nil
        for _, rung in ipairs(rungs) do
            if not share_ms or rung.units <= own.units or until_ms({answered = answered}, rung.talk_s) <= share_ms then
                best = rung
            end
        end
        return best
    end

    -- What bundles cover needs no money any more; what the leg holds of them stays where no rung was taken.
    local function keep(best)
        local before = own
        local units = (#covers > 0 and best.at) and best.units or math.max(best.units, before.units)
        account.reserved = account.reserved + units - before.units
        own = {units = units, rate = rate, talk_s = best.talk_s, answered = answered,
            lease = now + lease}
        call('HSET', P .. 'legs:' .. name, leg, table.concat({whole(own.units), whole(rate), whole(own.talk_s),
            whole(answered), whole(own.lease)}, ' '))
        call('ZADD', P .. 'due', whole(own.lease), leg .. ' ' .. name)
        add(name, 'reserved', own.units - before.units)
        add(name, 'rate', running(own) - running(before))
        if #covers > 0 and best.at then
            for i, one in ipairs(covers) do
                one.own = tonumber(ARGV[best.at + 1 + i])
                one.parts = one.own
            end
            cover(leg, covers, own.lease)
        else
            call('ZADD', P .. 'covered_due', 'XX', whole(own.lease), leg)
        end
    end

    read_covers()
    if call('ZSCORE', P .. 'over', leg) then
        return answer('over')
    end
    if account.is_on_hold then
        return answer('on_hold')
    end
    all_rates = account.rate - running(own) + rate
    local wanted = tonumber(ARGV[#ARGV - #covers])
    local is_scarce = left_now() < math.max(all_rates * horizon, wanted - own.units)
    if is_scarce then
        expire(EXPIRE_AT_ONCE)
        account, own = account_of(name), span_of(name, leg) or nothing
        for _, one in ipairs(covers) do
            one.own = 0
        end
        read_covers()
        all_rates = account.rate - running(own) + rate
        are_many = call('HLEN', P .. 'legs:' .. name) > MAX_EXACT
    end
    local rungs = affordable()
    if is_scarce and not are_many and account.rate > running(own) and (#rungs > 0 or own.talk_s > 0) then
        read_others()
    end
    local best = best_of(rungs, is_scarce and dry_ms(own.talk_s) or nil)
    if not best and own.talk_s == 0 then
        return answer('short')
    end
    -- Where nothing more can be reserved, the span goes on as it is, and the leg is known to live.
    keep(best or own)
    return answer('granted', is_scarce and (dry_ms(own.talk_s) or 0) * 1000 or 0)
end
