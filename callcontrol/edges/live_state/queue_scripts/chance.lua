-- Lehmer's generator (Park and Miller 1988): exact in doubles, the same here and in the model.
local state = seed % 2147483646 + 1

-- An exponential draw of mean 1/weight, in millionths: the smallest of several is agent i with probability proportional to the
-- weight (Efraimidis and Spirakis 2006).
function chance.draw(weight)
    state = state * 48271 % 2147483647
    return math.floor(-math.log(state / 2147483647) * 1000000 / weight)
end
