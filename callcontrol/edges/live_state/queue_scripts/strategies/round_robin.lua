-- On from the one who was offered last, tier by tier.
strategies.round_robin = {
    score = function(_, seat)
        return seat.position
    end,
    first = function(queue, ready, tier)
        local cursor = call('HGET', P .. 'queue:' .. queue, 'cursor:' .. tier) or '0'
        local found = call('ZRANGEBYSCORE', ready, '(' .. cursor, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
        return found[1] and found or call('ZRANGE', ready, 0, 0, 'WITHSCORES')
    end,
    offered = function(queue, seat)
        call('HSET', P .. 'queue:' .. queue, 'cursor:' .. seat.tier, seat.position)
    end,
}
