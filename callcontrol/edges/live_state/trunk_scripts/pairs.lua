-- The fields and values of a hash, as HGETALL gives them.
local function pairs_of(flat)
  local i = -1
  return function()
    i = i + 2
    return flat[i], flat[i + 1]
  end
end
