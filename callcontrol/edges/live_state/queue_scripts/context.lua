-- What every operation is given, and where it puts what has to be told. The files of this folder are one script:
-- RULES.md says what it does. Numbers reach Redis through `call` exactly (17 digits); `..` would round them to 14,
-- so texts are made with `whole`.
local P = KEYS[1] .. ':'
local operation, now, worker, seed = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local periods = {day = ARGV[5], week = ARGV[6], month = ARGV[7]}
local given = cjson.decode(ARGV[8])
local call = redis.call

local RESERVED_US = 3000000 + (given.slack_us or 0)
local TICKET_LEASE_US = 180000000
local ENGAGED_US = 180000000
local KEPT_S = 40 * 86400 -- figures and period counts
local TIERS = 9

local layout, chance, strategies, figures, agents, engagements = {}, {}, {}, {}, {}, {}
local tickets, offers, serving = {}, {}, {}
local ops, upgrades = {}, {}
local told = {offers = {}, notices = {}}

local function whole(number)
    return string.format('%.0f', number)
end

local function number_of(text)
    return tonumber(text) or 0
end

-- Hashes as Lua tables: HGETALL's pairs by name.
local function hash(name)
    local flat, found = call('HGETALL', name), {}
    for i = 1, #flat, 2 do
        found[flat[i]] = flat[i + 1]
    end
    return found
end

local function split(text)
    local found = {}
    for word in string.gmatch(text or '', '[^,]+') do
        found[#found + 1] = word
    end
    return found
end

local function index_of(list, wanted)
    for i, one in ipairs(list) do
        if one == wanted then
            return i
        end
    end
    return nil
end

-- The worker concerned is told: our own by the answer, another one by its channel.
local function tell(whom, kind, fields)
    local list = told[kind]
    list[#list + 1] = fields
    if whom ~= worker then
        call('PUBLISH', 'cc:worker:' .. whom, cjson.encode({['$'] = 'Message', from = KEYS[1], kind = kind, fields = fields}))
    end
end
