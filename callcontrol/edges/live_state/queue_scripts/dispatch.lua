-- The answer, what has to be told to this worker, and when the next thing falls due ("" if nothing does).
local answer = ops[operation]()
local next_due = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
return {answer, told.offers, told.notices, next_due[2] or ''}
