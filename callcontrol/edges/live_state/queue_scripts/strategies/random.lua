-- By lot, weighted. An agent draws when becoming free, from where the last choice stood: one who waits long has not
-- lost anything by it, and who comes has gained nothing.
strategies.random = {
    score = function(_, seat)
        return number_of(call('HGET', P .. 'queue:' .. seat.queue, 'level')) + chance.draw(seat.weight)
    end,
    chosen = function(queue, score)
        call('HSET', P .. 'queue:' .. queue, 'level', score)
    end,
}
