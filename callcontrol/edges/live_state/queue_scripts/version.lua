-- The version of what stands in the tenant's queues: 1 and the number of upgrades. Fields and keys may be added within a
-- version: what does not know them leaves them as they are. A version that changes what is there has an upgrade, a file of
-- `upgrades/`: `upgrades[n]` makes version n + 1 of version n, with what context.lua has and nothing else, and stays as it is
-- for ever. An older script touches nothing in newer queues. A newer one touches nothing in older queues either, until
-- a worker asks for the upgrade, which it does when no worker of an older version lives (daemon/queue_upgrade.py).
local VERSION = #upgrades + 1
local stored_version = tonumber(call('GET', P .. 'version') or '1')
if stored_version > VERSION then
    return redis.error_reply('NEWER the queues have version ' .. stored_version .. ', this script knows ' .. VERSION)
end
if operation == 'upgrade' and stored_version < VERSION then
    for version = stored_version, VERSION - 1 do
        upgrades[version]()
    end
    call('SET', P .. 'version', VERSION)
elseif stored_version < VERSION then
    return redis.error_reply('OLDER the queues have version ' .. stored_version .. ', and are not yet brought to ' .. VERSION)
end

function ops.upgrade()
    return {whole(stored_version), whole(VERSION)}
end
