-- Erases parts, after lines.lua.
--
-- A place of the stream cannot be written again: when one of its entries loses its parts, all of
-- them move to the sorted set `erased`, as `id kindline` by their offsets. `room` has the names of
-- the keys: log, amends, erased, leftovers.

-- What is attached to these parts has to go elsewhere, too: web takes it from here.
local function leave(room, line)
  local attached = attachedTo(line)
  if attached ~= '' and attached ~= '[]' then redis.pcall('SADD', room.leftovers, attached) end
end

-- What moved may be erased already, or have come along with what was.
local function eraseMoved(room, offset, moved)
  local start, line = string.match(moved, '^(%S+ .)(.*)$')
  local bare = erased(line)
  if bare == line then return end
  leave(room, line)
  local added = redis.pcall('ZADD', room.erased, offset, start .. bare)
  if type(added) ~= 'table' then redis.call('ZREM', room.erased, moved) end
end

local function erase(room, id)
  local offset, moving, found = offsetOf(id), {}, false
  local moved = redis.pcall('ZRANGEBYSCORE', room.erased, offset, offset)
  if moved[1] then return eraseMoved(room, offset, moved[1]) end
  local place = redis.call('XRANGE', room.log, offset, '+', 'COUNT', 1)[1]
  if not place then return end
  for _, entry in ipairs(spread(place, 0, math.huge, {})) do
    local at, kind, line = offsetOf(entry[1]), entry[2][1], entry[2][2]
    if at == offset and (kind == 'm' or kind == 'e') then
      found = true
      leave(room, line)
      line = erased(line)
    end
    moving[#moving + 1], moving[#moving + 2] = at, entry[1] .. ' ' .. kind .. line
  end
  if not found then return end
  local added = redis.pcall('ZADD', room.erased, unpack(moving))
  if type(added) ~= 'table' then redis.call('XDEL', room.log, place[1]) end
end

-- Erases a message and its edits. What was appended before must not be undone by an index of the
-- wrong type: no error here.
local function eraseAll(room, target)
  erase(room, target)
  local edits = redis.pcall('ZRANGEBYSCORE', room.amends, target, target)
  for _, edit in ipairs(edits.err and {} or edits) do erase(room, edit) end
end

local function wasErased(room, target)
  local moved = redis.pcall('ZRANGEBYSCORE', room.erased, target, target)[1]
  return moved and isErased(string.match(moved, '^%S+ .(.*)$'))
end
