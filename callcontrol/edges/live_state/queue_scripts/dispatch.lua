-- The answer, what has to be told to this worker, when the next thing falls due ("" if nothing does), and what time it is
-- by the clock of this server.
local answer = ops[operation]()
local next_due = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
local seconds, us = unpack(call('TIME'))
return {answer, told.offers, told.notices, next_due[2] or '', whole(seconds * 1000000 + us)}
