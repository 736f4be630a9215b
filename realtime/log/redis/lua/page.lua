-- KEYS: log, meta, amends, erased. ARGV: time, before or "", after or "", limit. Replies epoch,
-- newest offset, the messages (newest first unless after is given) and what amends them. After
-- lines.lua and merge.lua.
local log, erasures = KEYS[1], KEYS[4]
local epoch, newest = stateOf(KEYS[2], ARGV[1])
local limit, messages = tonumber(ARGV[4]), {}
local first, forward = firstOffset(log, erasures), ARGV[3] ~= ''
local edge, width = newest, limit
if ARGV[2] ~= '' then edge = math.min(newest, tonumber(ARGV[2]) - 1) end
if forward then edge = math.max(first, tonumber(ARGV[3]) + 1) end
while #messages < limit and edge >= first and edge <= newest do
  local from = forward and edge or math.max(first, edge - width + 1)
  local to = forward and math.min(newest, edge + width - 1) or edge
  local found = between(log, erasures, from, to)
  for i = 1, #found do
    local entry = found[forward and i or #found + 1 - i]
    if entry[2][1] == 'm' and #messages < limit then
      messages[#messages + 1] = entry
    end
  end
  edge = forward and to + 1 or from - 1
  width = math.min(512, width * 2)
end
local amendments = {}
if #messages > 0 then
  local one, two = offsetOf(messages[1][1]), offsetOf(messages[#messages][1])
  local ids = redis.call('ZRANGEBYSCORE', KEYS[3], math.min(one, two), math.max(one, two))
  for _, id in ipairs(ids) do
    local entry = between(log, erasures, offsetOf(id), offsetOf(id))[1]
    if entry then amendments[#amendments + 1] = entry end
  end
end
return {epoch, tostring(newest), messages, amendments}
