-- KEYS: log, reads, erased. ARGV: person, the person as JSON has it, how many entries to look at, the
-- id of everyone. Replies the person's read position, how many messages of others came after it that
-- are not deleted, and how many of those mention the person, as they were last edited. After
-- lines.lua and merge.lua. What only gives a voice note its words, or a link
-- its preview, is no edit.
local read = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
local from, count, mentioned = math.max(read + 1, firstOffset(KEYS[1], KEYS[3])), 0, 0
if from == math.huge then return {read, 0, 0} end

-- What anybody writes cannot look like this: JSON escapes its quotes.
local function mentions(line)
  if not string.find(line, '"mentions":[', 1, true) then return false end
  local fields = decode('{' .. string.match(line, '^[^\t]*\t([^\t]*)') .. '}')
  for _, one in ipairs(fields.mentions or {}) do
    if one.id == ARGV[1] or one.id == ARGV[4] then return true end
  end
  return false
end

local unread = {}
for _, entry in ipairs(between(KEYS[1], KEYS[3], from, from + ARGV[3] - 1)) do
  local kind, line = entry[2][1], entry[2][2]
  if kind == 'm' and not isErased(line) and not isBy(line, ARGV[1], ARGV[2]) then
    count = count + 1
    unread[offsetOf(entry[1])] = mentions(line)
  elseif kind == 'e' and not isErased(line) and not string.find(line, '"voice":{', 1, true)
    and not string.find(line, '"preview":{', 1, true) then
    local target = tonumber(string.match(fieldsOf(line).id, '%d+$'))
    if unread[target] ~= nil then unread[target] = mentions(line) end
  end
end
for _, is in pairs(unread) do if is then mentioned = mentioned + 1 end end
return {read, count, mentioned}
