-- How a counter stands. ARGV from the second on: name, number. Answers {at once, within a minute, within an hour, numbers,
-- 1: the number is one of them}.
local name = ARGV[2]
local minute = redis.call('ZCOUNT', STARTS .. name, '(' .. now - MINUTE_MS, '+inf')
local hour = redis.call('ZCOUNT', STARTS .. name, '(' .. now - HOUR_MS, '+inf')
local numbers = redis.call('ZCOUNT', NUMBERS .. name, '(' .. now - HOUR_MS, '+inf')
local last = redis.call('ZSCORE', NUMBERS .. name, ARGV[3])
local knows = last and tonumber(last) > now - HOUR_MS and 1 or 0
return {redis.call('ZCOUNT', AT_ONCE .. name, '(' .. now, '+inf'), minute, hour, numbers, knows}
