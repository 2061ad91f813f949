-- What the ledger says of an account: its balance after an entry, and legs that are in it (by this entry or an earlier one).
-- Given: account, number of the entry, balance, on hold (1 or 0), legs. Answers a word, by how much the balance was off, and
-- what the ledger does not have yet (units): `same`; `newer`: it was of an earlier entry, or unknown; `older`: Redis had a later
-- entry's, which stays; `mended`: it was another one for the same entry.
local function book(is_restored)
    local name, entry, balance, on_hold = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
    local account = account_of(name)
    local word, off = 'same', 0
    if account and account.entry > entry and not is_restored then
        word = 'older'
    elseif not account or account.entry < entry then
        word = 'newer'
    elseif account.entry ~= entry or account.balance ~= balance or account.is_on_hold ~= (on_hold == '1') then
        word, off = 'mended', balance - account.balance
    end
    if word == 'newer' or word == 'mended' then
        call('HSET', P .. 'account:' .. name, '$', VERSION, 'entry', whole(entry), 'balance', whole(balance),
            'on_hold', on_hold)
    end
    for i = 7, #ARGV do
        local leg = ARGV[i]
        local unbooked = call('HGET', P .. 'unbooked:' .. name, leg)
        if unbooked then
            call('HDEL', P .. 'unbooked:' .. name, leg)
            add(name, 'unbooked', -tonumber(string.match(unbooked, '^%d+')))
        end
        close(name, leg)
        uncover(leg)
    end
    return {word, whole(off), call('HGET', P .. 'account:' .. name, 'unbooked') or '0'}
end

function ops.book()
    return book(false)
end

-- The same, but Redis's later entry does not stay: the ledger has none such (any more).
function ops.restore()
    return book(true)
end
