-- Calls a person otherwise in a part of a room; after lines.lua, and a line that says what TOGETHER
-- is.
--
-- KEYS: log, erased. ARGV: the person, the person as JSON has it, the name, the first offset, how
-- many places of the stream to look at. Replies the offset to go on from, or 0 after the last.
--
-- A place of the stream cannot be written again, so those of the person move to `erased`, as what
-- was deleted does, with what shares their place.
local log, erasures, person, inJson, name = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local count = tonumber(ARGV[5])
local places = redis.call('XRANGE', log, ARGV[4], '+', 'COUNT', count)
local limit = count * TOGETHER
local moved = redis.call('ZRANGEBYSCORE', erasures, ARGV[4], '+inf', 'LIMIT', 0, limit)
-- Up to where all was seen.
local last = math.huge
if #places == count then last = offsetOf(places[count][1]) end
if #moved == limit then last = math.min(last, offsetOf(moved[limit])) end

-- The line with the name, or nil if somebody else made the entry.
local function renamed(line)
  if not isBy(line, person, inJson) then return end
  local fields = fieldsOf(line)
  if fields.sender.name == name then return end
  fields.sender.name = name
  return withFields(line, fields)
end

for _, kept in ipairs(moved) do
  local offset, start, line = offsetOf(kept), string.match(kept, '^(%S+ .)(.*)$')
  local changed = offset <= last and renamed(line)
  if changed then
    redis.call('ZADD', erasures, offset, start .. changed)
    redis.call('ZREM', erasures, kept)
  end
end
for _, place in ipairs(places) do
  local moving, found = {}, false
  for _, entry in ipairs(offsetOf(place[1]) <= last and spread(place, 0, math.huge, {}) or {}) do
    local kind, line = entry[2][1], entry[2][2]
    local changed = renamed(line)
    found = found or changed
    moving[#moving + 1] = offsetOf(entry[1])
    moving[#moving + 1] = entry[1] .. ' ' .. kind .. (changed or line)
  end
  if found then
    redis.call('ZADD', erasures, unpack(moving))
    redis.call('XDEL', log, place[1])
  end
end
return last == math.huge and 0 or last + 1
