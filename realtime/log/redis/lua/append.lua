-- Appends to rooms; after lines.lua and erase.lua, and a line that says what TOGETHER is.
--
-- KEYS: log and meta of each room, then `amends`, `erased` and `leftovers` of its room for each
-- edit, deletion and reaction. ARGV: the number of rooms, the time, the caller's anchor, the channel
-- that every instance has subscribed to, how many of those there are, their targets, then for each
-- room: 1 if the caller is subscribed to it, the epoch and offset the caller has seen, its entries'
-- kinds as one string, the sender and clientId of each, and their lines, in texts of TOGETHER.
--
-- Replies for each room the epoch, 1 if what is new was published (2 if to every instance), and the
-- offset before the first of its entries if all of them are new; else a list, for each entry the
-- offset, or as a string `=` and the offset of the place it is in if it was repeated, or `!` and why
-- it failed.
--
-- Publishes a room's new entries as one message: a line with the epoch, the offset before the
-- first, and their kinds; then the lines of the entries. It does not if nobody but the caller would
-- hear it; an edit may have lost its text here, so amendments are published always. If every instance
-- hears it, it begins with `a`: then nobody announces it once more, and feeds live from it. That is
-- decided here, in the moment of the append, so that no instance hears of it twice or not at all.
--
-- A log behind what a caller saw of the same epoch has lost entries (a failover, a restored
-- backup): what is appended from then on belongs to a new epoch.
--
-- A write that fails (out of memory, read-only, wrong type) is one of the first of a room, before
-- anything was changed, or is undone.

-- A value of more than 64 bytes makes Redis keep `meta` as a hash table from the start. What it
-- uses for a small hash, a list of up to 512 fields, is searched from end to end for every
-- clientId, which took more than half of the time of an append.
local NOTE = 'epoch, offset, and where what each sender and clientId sent is. (It is long on purpose.)'

local rooms, now, anchor, replies = tonumber(ARGV[1]), ARGV[2], ARGV[3], {}
local amendment, t = rooms * 2 - 2, 5
local a = t + tonumber(ARGV[t]) + 1
local channels = {}
for r = 1, rooms do channels[r] = string.sub(KEYS[r * 2], 1, -5) .. 'live' end
local counts = redis.call('PUBSUB', 'SHARDNUMSUB', anchor, unpack(channels))
local instances = ARGV[4] ~= '' and redis.call('PUBSUB', 'NUMSUB', ARGV[4])[2]

local function isHeard(r, caller, kinds)
  if string.find(kinds, '[^m]') then return true end
  -- A caller whose anchor is gone is not among those that are counted.
  return counts[r * 2 + 2] > math.min(caller, counts[2])
end

-- Whether there are only messages, all of them new: then they go in as they came.
local function isPlain(kinds, keys, known)
  if string.find(kinds, '[^m]') then return false end
  local sent = {}
  for i = 1, #kinds do
    local key = ARGV[keys + i]
    if known[i + 2] or sent[key] then return false end
    sent[key] = true
  end
  return true
end

-- The keys of the next amendment's room.
local function nextRoom(log)
  amendment, t = amendment + 3, t + 1
  return {
    log = log,
    amends = KEYS[amendment],
    erased = KEYS[amendment + 1],
    leftovers = KEYS[amendment + 2],
  }
end

for r = 1, rooms do
  local log, meta = KEYS[r * 2 - 1], KEYS[r * 2]
  local caller, seenEpoch, seen = tonumber(ARGV[a]), ARGV[a + 1], tonumber(ARGV[a + 2])
  local kinds, keys = ARGV[a + 3], a + 3
  local count, texts = #kinds, keys + #kinds
  local pieces = math.ceil(count / TOGETHER)
  a = texts + pieces + 1
  local state = redis.pcall('HMGET', meta, 'epoch', 'offset', unpack(ARGV, keys + 1, texts))
  local epoch, first, why = state[1] or now, tonumber(state[2] or 0), state.err
  if epoch == seenEpoch and first < seen then
    epoch = string.format('%.0f', math.max(tonumber(now), tonumber(epoch) + 1))
  end
  -- Of what is new: how many, kinds, lines; and by turns key and place.
  local new, newKinds, lines, marks, done = 0, '', {}, {}, {}
  -- Adds entries to the stream in one place; returns it, the offset of the last of them.
  local function add(some, text)
    -- Lua's own way to make a number text takes several times as long.
    local place = string.format('%d', first + new + #some)
    local added = redis.pcall('XADD', log, place .. '-' .. epoch, some, text)
    if type(added) == 'table' then
      why = added.err or 'failed'
      return
    end
    new, newKinds, lines[#lines + 1] = new + #some, newKinds .. some, text
    return place
  end
  if isPlain(kinds, keys, state) then
    for p = 1, why and 0 or pieces do
      local from, to = (p - 1) * TOGETHER + 1, math.min(p * TOGETHER, count)
      local place = add(string.sub(kinds, from, to), ARGV[texts + p])
      if not place then break end
      for i = from, to do marks[i * 2 - 1], marks[i * 2] = ARGV[keys + i], place end
    end
    for i = 1, why and count or 0 do done[i] = i <= new and first + i or '!' .. why end
  else
    local sent, i = {}, 0
    for line in string.gmatch(table.concat(ARGV, '\n', texts + 1, a - 1), '[^\n]+') do
      i = i + 1
      local key, kind = ARGV[keys + i], string.sub(kinds, i, i)
      local room = kind ~= 'm' and nextRoom(log)
      local before = state[i + 2] or sent[key]
      -- An edit that crossed the deletion must not bring text back.
      if kind == 'e' and wasErased(room, ARGV[t]) then line = erased(line) end
      local place = not before and not why and add(kind, line)
      if place then
        if kind == 'd' then eraseAll(room, ARGV[t]) end
        if room then redis.pcall('ZADD', room.amends, ARGV[t], place .. '-' .. epoch) end
        marks[#marks + 1], marks[#marks + 2], sent[key] = key, place, place
      end
      done[i] = place and first + new or before and '=' .. before or '!' .. why
    end
  end
  local heard, n = isHeard(r, caller, kinds), #replies
  local byAll = counts[r * 2 + 2] == instances
  replies[n + 1], replies[n + 2] = epoch, heard and (byAll and 2 or 1) or 0
  replies[n + 3] = new == count and first or done
  if new > 0 then
    local newest = string.format('%d', first + new)
    if first == 0 then redis.call('HSET', meta, 'note', NOTE) end
    redis.call('HSET', meta, 'epoch', epoch, 'offset', newest, unpack(marks))
    if heard then
      local head = (byAll and 'a' or '') .. epoch .. ' ' .. first .. ' ' .. newKinds
      redis.call('SPUBLISH', channels[r], head .. '\n' .. table.concat(lines, '\n'))
    end
  end
end
return replies
