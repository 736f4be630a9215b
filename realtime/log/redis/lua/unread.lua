-- KEYS: log, reads, erased. ARGV: person, the person as JSON has it, how many entries to look at.
-- Replies the person's read position, and how many messages of others came after it that are not
-- deleted. After lines.lua and merge.lua.
local read = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
local from, count = math.max(read + 1, firstOffset(KEYS[1], KEYS[3])), 0
if from == math.huge then return {read, 0} end
for _, entry in ipairs(between(KEYS[1], KEYS[3], from, from + ARGV[3] - 1)) do
  local kind, line = entry[2][1], entry[2][2]
  if kind == 'm' and not isErased(line) and not isBy(line, ARGV[1], ARGV[2]) then
    count = count + 1
  end
end
return {read, count}
