-- Calls a person otherwise in a part of a room, and takes out the files and voice notes they sent;
-- after lines.lua, and a line that says what TOGETHER is.
--
-- KEYS: log, erased. ARGV: the person, the person as JSON has it, the name, the first offset, how
-- many places of the stream to look at. Replies the offset to go on from, or 0 after the last; then
-- the ids of messages from which something was taken out, or that may have nothing left to say.
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

-- What an entry says without what is kept elsewhere, see shedding.ts; the same if nothing is.
local function shed(parts, kind)
  local has = function(what) return string.find(parts, '"' .. what .. '":', 1, true) end
  if not (has('files') or has('voice') or has('picture')) then return parts end
  local said = decode('{' .. parts .. '}')
  local voice, picture = said.voice, said.preview and said.preview.picture
  local heard = kind == 'e' and voice and {clip = voice.clip}
  if heard and not voice.words and not voice.peaks and not voice.ms then voice = nil end
  if not (said.files or voice or picture) then return parts end
  said.files, said.voice = nil, heard or nil
  if picture then said.preview.picture = nil end
  -- An empty list would be written as an empty object.
  if said.mentions and #said.mentions == 0 then said.mentions = nil end
  return string.sub(encode(said), 2, -2)
end

-- What is attached to an entry that was shed, after its parts: nothing any more.
local SHED = '\t[]'

local reply = {0}

local function tell(id, kind, fields)
  reply[#reply + 1] = kind == 'm' and string.gsub(id, '^(%d+)-(%d+)$', '%2-%1') or fields.id
end

-- The line with the name and without what was attached, or nil if somebody else made the entry, or
-- it is so already.
local function renamed(id, kind, line)
  if not isBy(line, person, inJson) then return end
  local fields, isNew = fieldsOf(line), false
  local says = kind == 'm' or kind == 'e'
  local parts = says and string.match(line, '^[^\t]*\t([^\t]*)')
  if parts then
    local left = shed(parts, kind)
    if left ~= parts then
      line, isNew = string.match(line, '^[^\t]*\t') .. left .. SHED, true
    end
    local isBare = left ~= '' and decode('{' .. left .. '}').content == ''
    if isBare or string.sub(line, -#SHED) == SHED then tell(id, kind, fields) end
  elseif says and fields.clip then
    fields.clip, isNew = nil, true
    tell(id, kind, fields)
  end
  if fields.sender.name == name and not isNew then return end
  fields.sender.name = name
  return withFields(line, fields)
end

for _, kept in ipairs(moved) do
  local offset, id, kind, line = offsetOf(kept), string.match(kept, '^(%S+) (.)(.*)$')
  local changed = offset <= last and renamed(id, kind, line)
  if changed then
    redis.call('ZADD', erasures, offset, id .. ' ' .. kind .. changed)
    redis.call('ZREM', erasures, kept)
  end
end
for _, place in ipairs(places) do
  local moving, found = {}, false
  for _, entry in ipairs(offsetOf(place[1]) <= last and spread(place, 0, math.huge, {}) or {}) do
    local kind, line = entry[2][1], entry[2][2]
    local changed = renamed(entry[1], kind, line)
    found = found or changed
    moving[#moving + 1] = offsetOf(entry[1])
    moving[#moving + 1] = entry[1] .. ' ' .. kind .. (changed or line)
  end
  if found then
    redis.call('ZADD', erasures, unpack(moving))
    redis.call('XDEL', log, place[1])
  end
end
reply[1] = last == math.huge and 0 or last + 1
return reply
