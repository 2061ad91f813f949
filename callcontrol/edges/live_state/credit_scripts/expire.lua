-- Release what is reserved for legs of which nothing was heard until their lease was over. Given: how many at most.
-- Answers for each: `LEG NAME`, units.
function ops.expire()
    return expire(ARGV[3])
end
