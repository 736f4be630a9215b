-- KEYS: log, meta, erased. ARGV: time, after, limit. Replies epoch, newest offset, entries. After
-- lines.lua and merge.lua.
local epoch, newest = stateOf(KEYS[2], ARGV[1])
local from, limit = tonumber(ARGV[2]) + 1, tonumber(ARGV[3])
from = math.max(from, firstOffset(KEYS[1], KEYS[3]))
local entries = {}
if from <= newest then
  entries = between(KEYS[1], KEYS[3], from, math.min(newest, from + limit - 1))
end
return {epoch, tostring(newest), entries}
