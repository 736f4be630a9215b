import { NO_TEXT, TOGETHER } from "../entry.ts";

/**
 * The scripts that make up the Redis log. Each runs atomically on the keys of one room (or
 * of several, on a single server). The keys of a room share a hash tag, and so a slot:
 *
 *   log     stream; the id of an entry is `offset-epoch`, its one field is kind → body.
 *           Messages that came together share one, as it costs several times what a line
 *           does: it has the offset of the last of them, and their kinds → a line for the
 *           body of each. (Earlier versions wrote a field for each.)
 *   meta    hash: epoch, offset (the newest); sender and clientId → the offset of the entry
 *           of the stream they are in; and a note, see NOTE
 *   amends  sorted set: ids of edits, deletions, reactions, by the offset they belong to
 *   erased  sorted set: `id kindbody` of entries whose text was deleted, by their offset
 *   reads   hash: person → read position
 *
 * An entry of a stream cannot be overwritten: one that must lose its text moves to
 * `erased`, with those that share its place, and reading merges the two.
 *
 * A write that fails (out of memory, read-only, wrong type) is one of the first of a room,
 * before anything was changed, or is undone.
 */

/** Functions that take an entry of the stream apart. */
export const SPREAD = `
local function offsetOf(id) return tonumber(string.match(id, '^%d+')) end
-- How many entries of the log share one of the stream.
local function sizeOf(entry)
  local size = 0
  for f = 1, #entry[2], 2 do size = size + #entry[2][f] end
  return size
end
-- Adds what lies between two offsets, each as an entry of its own.
local function spread(entry, from, to, all)
  local epoch, offset = string.match(entry[1], '-.*$'), offsetOf(entry[1]) - sizeOf(entry)
  for f = 1, #entry[2], 2 do
    local kinds, i = entry[2][f], 0
    for body in string.gmatch(entry[2][f + 1], '[^\\n]+') do
      i, offset = i + 1, offset + 1
      if offset >= from and offset <= to then
        all[#all + 1] = {string.format('%d', offset) .. epoch, {string.sub(kinds, i, i), body}}
      end
    end
  end
  return all
end
`;

/** A function that puts something in place of what a field of a body says, up to its quote. */
export const FILL = `
local function fill(body, field, text)
  local _, start = string.find(body, field, 1, true)
  local at = start and start + 1
  while at do
    local found = string.find(body, '["\\\\]', at)
    if not found then break end
    if string.byte(body, found) == 34 then
      return string.sub(body, 1, start) .. text .. string.sub(body, found)
    end
    at = found + 2
  end
  return body
end
`;

/** Functions that take the text out of entries; after {@link SPREAD}. */
const ERASE = `${FILL}
local function blank(body, field) return fill(body, field, '') end
-- A quote inside a JSON string is escaped, so nobody can write these fields into a text.
local function withoutText(body)
  local text = blank(blank(body, '"content":"'), '"clip":"')
  return (string.gsub(text, ',"clip":""', ''))
end
-- What was moved may have lost its text already, or have come along with what did.
local function eraseMoved(erased, offset, kept)
  local bare = withoutText(kept)
  if bare == kept then return end
  local added = redis.pcall('ZADD', erased, offset, bare)
  if type(added) ~= 'table' then redis.call('ZREM', erased, kept) end
end
local function erase(log, erased, id)
  local offset, moving, found = offsetOf(id), {}, false
  local moved = redis.pcall('ZRANGEBYSCORE', erased, offset, offset)
  if moved[1] then return eraseMoved(erased, offset, moved[1]) end
  local entry = redis.call('XRANGE', log, offset, '+', 'COUNT', 1)[1]
  if not entry then return end
  for _, one in ipairs(spread(entry, 0, math.huge, {})) do
    local at, kind, body = offsetOf(one[1]), one[2][1], one[2][2]
    if at == offset and (kind == 'm' or kind == 'e') then
      body, found = withoutText(body), true
    end
    moving[#moving + 1], moving[#moving + 2] = at, one[1] .. ' ' .. kind .. body
  end
  if not found then return end
  local added = redis.pcall('ZADD', erased, unpack(moving))
  if type(added) ~= 'table' then redis.call('XDEL', log, entry[1]) end
end
-- What was appended before must not be undone by an index of the wrong type: no error here.
local function eraseAll(log, amends, erased, target)
  erase(log, erased, target)
  local edits = redis.pcall('ZRANGEBYSCORE', amends, target, target)
  for _, edit in ipairs(edits.err and {} or edits) do erase(log, erased, edit) end
end
local function isErased(erased, target)
  local kept = redis.pcall('ZRANGEBYSCORE', erased, target, target)[1]
  return kept and string.find(kept, '${NO_TEXT}', 1, true)
end
`;

/**
 * A value of more than 64 bytes makes Redis keep `meta` as a hash table from the start. What
 * it uses for a small hash, a list of up to 512 fields, is searched from end to end for every
 * clientId, which took more than half of the time of an append.
 */
const NOTE = "epoch, offset, and where what each sender and clientId sent is"
  .padEnd(65);

/**
 * KEYS: log and meta of each room, then the `amends` and `erased` of its room for each
 * edit, deletion and reaction. ARGV: the number of rooms, the time, the caller's anchor, how
 * many of those there are, their targets, then for each room: 1 if the caller is subscribed
 * to it, the epoch and offset the caller has seen, its entries' kinds as one string, the
 * sender and clientId of each, and their bodies, a line for each, in texts of TOGETHER.
 *
 * Replies for each room the epoch, 1 if what is new was published, and the offset before the
 * first of its entries if all of them are new; else a list, for each entry the offset, or as
 * a string `=` and the offset of the place it is in if it was repeated, or `!` and why it
 * failed.
 * Publishes a room's new entries as one message: a line with the epoch, the offset before the
 * first, and their kinds; then a line for each body. It does not if nobody but the caller
 * would hear it; an edit may have lost its text here, so amendments are published always.
 *
 * A log behind what a caller saw of the same epoch has lost entries (a failover, a restored
 * backup): what is appended from then on belongs to a new epoch.
 */
export const APPEND = `${SPREAD}${ERASE}
local rooms, now, anchor, replies = tonumber(ARGV[1]), ARGV[2], ARGV[3], {}
local spare, t = rooms * 2 - 1, 4
local a = t + tonumber(ARGV[t]) + 1
local channels = {}
for r = 1, rooms do channels[r] = string.sub(KEYS[r * 2], 1, -5) .. 'live' end
local counts = redis.call('PUBSUB', 'SHARDNUMSUB', anchor, unpack(channels))
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
-- What an amendment that was added does to what it amends.
local function amend(log, id, kind)
  local target, amends, erased = ARGV[t], KEYS[spare], KEYS[spare + 1]
  if kind == 'd' then eraseAll(log, amends, erased, target) end
  redis.pcall('ZADD', amends, target, id)
end
for r = 1, rooms do
  local log, meta = KEYS[r * 2 - 1], KEYS[r * 2]
  local caller, seenEpoch, seen = tonumber(ARGV[a]), ARGV[a + 1], tonumber(ARGV[a + 2])
  local kinds, keys = ARGV[a + 3], a + 3
  local count, texts = #kinds, keys + #kinds
  local pieces = math.ceil(count / ${TOGETHER})
  a = texts + pieces + 1
  local state = redis.pcall('HMGET', meta, 'epoch', 'offset', unpack(ARGV, keys + 1, texts))
  local epoch, first, why = state[1] or now, tonumber(state[2] or 0), state.err
  if epoch == seenEpoch and first < seen then
    epoch = string.format('%.0f', math.max(tonumber(now), tonumber(epoch) + 1))
  end
  -- Of what is new: how many, kinds, bodies; and by turns key and place.
  local new, newKinds, bodies, marks, done = 0, '', {}, {}, {}
  -- Adds entries to the stream in one place; returns it, the offset of the last of them.
  local function add(some, text)
    -- Lua's own way to make a number text takes several times as long.
    local place = string.format('%d', first + new + #some)
    local added = redis.pcall('XADD', log, place .. '-' .. epoch, some, text)
    if type(added) == 'table' then
      why = added.err or 'failed'
      return
    end
    new, newKinds, bodies[#bodies + 1] = new + #some, newKinds .. some, text
    return place
  end
  if isPlain(kinds, keys, state) then
    for p = 1, why and 0 or pieces do
      local from, to = (p - 1) * ${TOGETHER} + 1, math.min(p * ${TOGETHER}, count)
      local place = add(string.sub(kinds, from, to), ARGV[texts + p])
      if not place then break end
      for i = from, to do marks[i * 2 - 1], marks[i * 2] = ARGV[keys + i], place end
    end
    for i = 1, why and count or 0 do done[i] = i <= new and first + i or '!' .. why end
  else
    local sent, i = {}, 0
    for body in string.gmatch(table.concat(ARGV, '\\n', texts + 1, a - 1), '[^\\n]+') do
      i = i + 1
      local key, kind = ARGV[keys + i], string.sub(kinds, i, i)
      if kind ~= 'm' then spare, t = spare + 2, t + 1 end
      local before = state[i + 2] or sent[key]
      -- An edit that crossed the deletion must not bring text back.
      if kind == 'e' and isErased(KEYS[spare + 1], ARGV[t]) then body = withoutText(body) end
      local place = not before and not why and add(kind, body)
      if place then
        if kind ~= 'm' then amend(log, place .. '-' .. epoch, kind) end
        marks[#marks + 1], marks[#marks + 2], sent[key] = key, place, place
      end
      done[i] = place and first + new or before and '=' .. before or '!' .. why
    end
  end
  local heard, n = isHeard(r, caller, kinds), #replies
  replies[n + 1], replies[n + 2] = epoch, heard and 1 or 0
  replies[n + 3] = new == count and first or done
  if new > 0 then
    local newest = string.format('%d', first + new)
    if first == 0 then redis.call('HSET', meta, 'note', '${NOTE}') end
    redis.call('HSET', meta, 'epoch', epoch, 'offset', newest, unpack(marks))
    if heard then
      local head = epoch .. ' ' .. first .. ' ' .. newKinds
      redis.call('SPUBLISH', channels[r], head .. '\\n' .. table.concat(bodies, '\\n'))
    end
  end
end
return replies
`;

/** KEYS: reads, meta. ARGV: person, offset. Replies the position. */
export const MARK_READ = `
local newest = tonumber(redis.call('HGET', KEYS[2], 'offset') or 0)
local before = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
local offset = math.min(tonumber(ARGV[2]), newest)
if offset <= before then return before end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', offset))
return offset
`;

/** KEYS: meta. ARGV: time, the epoch and offset seen. Begins a new epoch if behind. */
export const BEGIN_EPOCH = `
local state = redis.call('HMGET', KEYS[1], 'epoch', 'offset')
if state[1] ~= ARGV[2] or tonumber(state[2] or 0) >= tonumber(ARGV[3]) then return 0 end
local epoch = math.max(tonumber(ARGV[1]), tonumber(state[1]) + 1)
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch))
return 1
`;

/**
 * KEYS: log, meta, amends, erased. ARGV: the first offset, then the sender and clientId of
 * each entry that may go. Replies how many went: what shares an entry of the stream with one
 * that stays, stays as well.
 */
export const TRIM = `${SPREAD}
local first, count = tonumber(ARGV[1]), #ARGV - 1
local next = redis.call('XRANGE', KEYS[1], first + count, '+', 'COUNT', 1)[1]
if next then count = math.min(count, offsetOf(next[1]) - sizeOf(next) + 1 - first) end
for i = 1, count do redis.call('HDEL', KEYS[2], ARGV[i + 1]) end
local keep = string.format('%d', first + count)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. keep)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', '(' .. keep)
redis.call('XTRIM', KEYS[1], 'MINID', keep)
return count
`;

/**
 * KEYS: log, meta, amends. ARGV of each entry: id, kind, sender and clientId, its offset,
 * target or "", body.
 */
export const RESTORE = `
for a = 1, #ARGV, 6 do
  redis.call('XADD', KEYS[1], ARGV[a], ARGV[a + 1], ARGV[a + 5])
  redis.call('HSET', KEYS[2], ARGV[a + 2], ARGV[a + 3])
  if ARGV[a + 4] ~= '' then redis.call('ZADD', KEYS[3], ARGV[a + 4], ARGV[a]) end
end
return 1
`;

/**
 * KEYS: the parts of a room under other names, then as many under their own, the log first.
 * Replies 0 if the room has a log, and changes nothing then.
 */
export const PUT_BACK = `
local parts = #KEYS / 2
if redis.call('EXISTS', KEYS[parts + 1]) == 1 then return 0 end
for i = 1, parts do
  redis.call('DEL', KEYS[parts + i])
  if redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('RENAME', KEYS[i], KEYS[parts + i])
  end
end
return 1
`;
