-- Reads the log with what was erased in its place; after lines.lua. Offsets are dense, so a range
-- of them is as long as it is wide.

local function stateOf(meta, now)
  local state = redis.call('HMGET', meta, 'epoch', 'offset')
  if state[1] then return state[1], tonumber(state[2] or 0) end
  -- A room has its epoch before its first entry. While that cannot be written there is no room to
  -- read: whoever took another epoch for its own would have to drop what they show.
  redis.call('HSET', meta, 'epoch', now)
  return now, 0
end

local function toEntry(moved)
  local id, kind, line = string.match(moved, '^(%S+) (.)(.*)$')
  return {id, {kind, line}}
end

local function inStream(log, from, to)
  local all = {}
  for _, place in ipairs(redis.call('XRANGE', log, from, to)) do spread(place, from, to, all) end
  local newest = all[#all]
  if newest and offsetOf(newest[1]) == to then return all end
  -- One that ends after the range may begin in it.
  local over = redis.call('XRANGE', log, to + 1, '+', 'COUNT', 1)[1]
  return over and spread(over, from, to, all) or all
end

local function between(log, erasures, from, to)
  local found = inStream(log, from, to)
  local gone = redis.call('ZRANGEBYSCORE', erasures, from, to)
  if #gone == 0 then return found end
  local all, g = {}, 1
  for _, entry in ipairs(found) do
    while gone[g] and offsetOf(gone[g]) < offsetOf(entry[1]) do
      all[#all + 1] = toEntry(gone[g])
      g = g + 1
    end
    all[#all + 1] = entry
  end
  for i = g, #gone do all[#all + 1] = toEntry(gone[i]) end
  return all
end

local function firstOffset(log, erasures)
  local place = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local gone = redis.call('ZRANGE', erasures, 0, 0)[1]
  local one = place and offsetOf(place[1]) - sizeOf(place) + 1 or math.huge
  return math.min(one, gone and offsetOf(gone) or math.huge)
end
