-- The answer, what has to be told to this worker, when the next thing falls due ("" if nothing does), what time it is
-- by the queues' own clock (that of this server and a correction, see `stepped`), and the correction.
local answer = ops[operation]()
local next_due = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
local seconds, us = unpack(call('TIME'))
local correction = number_of(call('GET', P .. 'correction'))
return {answer, told.offers, told.notices, next_due[2] or '', whole(seconds * 1000000 + us + correction), whole(correction)}
