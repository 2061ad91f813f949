-- A leg has ended: what was reserved falls back, and what it cost counts until the ledger has it. Once, however often it is
-- told. Given: account, leg, what it cost (units); then pairs: what it used of a bundle's counter (parts), its key.
-- Answers 1; 0: it was told before.
ops['end'] = function()
    local name, leg, used = ARGV[3], ARGV[4], tonumber(ARGV[5])
    check_version(call('HGET', P .. 'account:' .. name, '$'))
    if call('ZSCORE', P .. 'over', leg) then
        return 0
    end
    close(name, leg)
    local covered = {}
    for i = 6, #ARGV, 2 do
        covered[#covered + 1] = {parts = tonumber(ARGV[i]), key = ARGV[i + 1]}
    end
    cover(leg, covered, now + LOST_US)
    if used > 0 then
        call('HSET', P .. 'unbooked:' .. name, leg, whole(used) .. ' ' .. whole(now))
        add(name, 'unbooked', used)
    end
    return 1
end
