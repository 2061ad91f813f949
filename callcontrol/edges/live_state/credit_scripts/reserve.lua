-- Reserve money for a leg: its first span, or the next one. Asking twice reserves once, for rungs are what is reserved in all.
-- Given: account, leg, floor, rate, answered (0: it rings), lease, horizon (seconds), then pairs: seconds of talk, units.
-- Answers a word; then what stands for the leg: units, seconds of talk; what is left, legs, when the account runs dry (0: not
-- within the horizon). `unknown`: Redis does not have the balance; the caller brings it.
function ops.reserve()
    local name, leg, FIRST_RUNG = ARGV[3], ARGV[4], 10
    local floor, rate, answered = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
    local lease, horizon = tonumber(ARGV[8]), tonumber(ARGV[9])

    local account = account_of(name)
    if not account then
        return {'unknown', 0, 0, 0, 0, 0}
    end
    local nothing = {units = 0, rate = 0, talk_s = 0, answered = 0, lease = 0}
    local own, others = span_of(name, leg) or nothing, {}
    local all_rates, are_many = 0, false

    local function left_now()
        return account.balance - floor - account.reserved - account.unbooked
    end

    local function answer(word, dry)
        return {word, whole(own.units), whole(own.talk_s), whole(left_now()), call('HLEN', P .. 'legs:' .. name), whole(dry or 0)}
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
        for i = FIRST_RUNG, #ARGV, 2 do
            local talk_s, units = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
            if talk_s > own.talk_s and units - own.units <= left then
                found[#found + 1] = {talk_s = talk_s, units = units}
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

    local function keep(best)
        local before = own
        account.reserved = account.reserved + math.max(best.units - before.units, 0)
        own = {units = math.max(best.units, before.units), rate = rate, talk_s = best.talk_s, answered = answered,
            lease = now + lease}
        call('HSET', P .. 'legs:' .. name, leg, table.concat({whole(own.units), whole(rate), whole(own.talk_s),
            whole(answered), whole(own.lease)}, ' '))
        call('ZADD', P .. 'due', whole(own.lease), leg .. ' ' .. name)
        add(name, 'reserved', own.units - before.units)
        add(name, 'rate', running(own) - running(before))
    end

    if call('ZSCORE', P .. 'over', leg) then
        return answer('over')
    end
    if account.is_on_hold then
        return answer('on_hold')
    end
    all_rates = account.rate - running(own) + rate
    local wanted = tonumber(ARGV[#ARGV])
    local is_scarce = left_now() < math.max(all_rates * horizon, wanted - own.units)
    if is_scarce then
        expire(EXPIRE_AT_ONCE)
        account, own = account_of(name), span_of(name, leg) or nothing
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
