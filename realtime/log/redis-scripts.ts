/**
 * The scripts that make up the Redis log. Each runs atomically on the keys of one room (or
 * of several, on a single server). The keys of a room share a hash tag, and so a slot:
 *
 *   log     stream; the id of an entry is `offset-epoch`, its one field is kind → body
 *   meta    hash: epoch, offset (the newest); sender and clientId → the offset they got;
 *           and a note, see NOTE
 *   amends  sorted set: ids of edits, deletions, reactions, by the offset they belong to
 *   erased  sorted set: `id kindbody` of entries whose text was deleted, by their offset
 *   reads   hash: person → read position
 *
 * An entry of a stream cannot be overwritten: one that must lose its text moves to
 * `erased`, and reading merges the two.
 *
 * A write that fails (out of memory, read-only, wrong type) is one of the first of a room,
 * before anything was changed, or is undone.
 */

/** Functions that take the text out of entries. */
const ERASE = `
local function blank(body, field)
  local _, start = string.find(body, field, 1, true)
  local at = start and start + 1
  while at do
    local found = string.find(body, '["\\\\]', at)
    if not found then break end
    if string.byte(body, found) == 34 then
      return string.sub(body, 1, start) .. string.sub(body, found)
    end
    at = found + 2
  end
  return body
end
-- A quote inside a JSON string is escaped, so nobody can write these fields into a text.
local function withoutText(body)
  local text = blank(blank(body, '"content":"'), '"clip":"')
  return (string.gsub(text, ',"clip":""', ''))
end
local function erase(log, erased, id)
  local entry = redis.call('XRANGE', log, id, id)[1]
  if not entry then return end
  local kind, body = entry[2][1], entry[2][2]
  if kind ~= 'm' and kind ~= 'e' then return end
  local kept = entry[1] .. ' ' .. kind .. withoutText(body)
  local added = redis.pcall('ZADD', erased, string.match(entry[1], '^%d+'), kept)
  if type(added) ~= 'table' then redis.call('XDEL', log, entry[1]) end
end
-- What was appended before must not be undone by an index of the wrong type: no error here.
local function eraseAll(log, amends, erased, target)
  erase(log, erased, target)
  local edits = redis.pcall('ZRANGEBYSCORE', amends, target, target)
  for _, edit in ipairs(edits.err and {} or edits) do erase(log, erased, edit) end
end
local function isErased(erased, target)
  local count = redis.pcall('ZCOUNT', erased, target, target)
  return type(count) == 'number' and count > 0
end
`;

/**
 * A value of more than 64 bytes makes Redis keep `meta` as a hash table from the start. What
 * it uses for a small hash, a list of up to 512 fields, is searched from end to end for every
 * clientId, which took more than half of the time of an append.
 */
const NOTE = "epoch, offset, and the offset that each sender and clientId got"
  .padEnd(65);

/**
 * KEYS: log and meta of each room, then the `amends` and `erased` of its room for each
 * edit, deletion and reaction. ARGV: the number of rooms, the time, the caller's anchor, how
 * many of those there are, their targets, then for each room: 1 if the caller is subscribed
 * to it, the epoch and offset the caller has seen, its entries' kinds as one string, the
 * sender and clientId of each, the body of each.
 *
 * Replies for each room the epoch, 1 if what is new was published, then for each entry the
 * offset; as a string with `=` in front if it was repeated, or `!` and why it failed.
 * Publishes a room's new entries as one message: a line with the epoch, the offset before the
 * first, and their kinds; then a line for each body. It does not if nobody but the caller
 * would hear it; an edit may have lost its text here, so amendments are published always.
 *
 * A log behind what a caller saw of the same epoch has lost entries (a failover, a restored
 * backup): what is appended from then on belongs to a new epoch.
 */
export const APPEND = `${ERASE}
local rooms, now, anchor, replies, n = tonumber(ARGV[1]), ARGV[2], ARGV[3], {}, 0
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
local function amend(log, id, kind, body)
  local target, amends, erased = ARGV[t], KEYS[spare], KEYS[spare + 1]
  -- An edit that crossed the deletion must not bring text back.
  if kind == 'e' and isErased(erased, target) then body = withoutText(body) end
  local added = redis.pcall('XADD', log, id, kind, body)
  if type(added) == 'table' then return added end
  if kind == 'd' then eraseAll(log, amends, erased, target) end
  redis.pcall('ZADD', amends, target, id)
  return added, body
end
for r = 1, rooms do
  local log, meta = KEYS[r * 2 - 1], KEYS[r * 2]
  local caller, seenEpoch, seen = tonumber(ARGV[a]), ARGV[a + 1], tonumber(ARGV[a + 2])
  local kinds, keys = ARGV[a + 3], a + 3
  local bodies = keys + #kinds
  a = bodies + #kinds + 1
  local state = redis.pcall('HMGET', meta, 'epoch', 'offset', unpack(ARGV, keys + 1, bodies))
  local epoch, first = state[1] or now, tonumber(state[2] or 0)
  if epoch == seenEpoch and first < seen then
    epoch = string.format('%.0f', math.max(tonumber(now), tonumber(epoch) + 1))
  end
  local heard, newest, marks, sent, newKinds, news = isHeard(r, caller, kinds), first, {}, {}, {}, {}
  local suffix = '-' .. epoch
  replies[n + 1], replies[n + 2] = epoch, heard and 1 or 0
  n = n + 2
  for i = 1, #kinds do
    local kind, key, body = string.sub(kinds, i, i), ARGV[keys + i], ARGV[bodies + i]
    if kind ~= 'm' then spare, t = spare + 2, t + 1 end
    local before = state[i + 2] or sent[key]
    local added, offset = state.err and state or before, nil
    if not added then
      -- Lua's own way to make a number text takes several times as long.
      offset = string.format('%d', newest + 1)
      if kind == 'm' then
        added = redis.pcall('XADD', log, offset .. suffix, kind, body)
      else
        added, body = amend(log, offset .. suffix, kind, body)
      end
    end
    n = n + 1
    if type(added) == 'table' then
      replies[n] = '!' .. (added.err or 'failed')
    elseif before then
      replies[n] = '=' .. before
    else
      newest = newest + 1
      local new = newest - first
      marks[new * 2 - 1], marks[new * 2], sent[key] = key, offset, offset
      if heard then newKinds[new], news[new] = kind, body end
      replies[n] = newest
    end
  end
  if newest > first then
    if first == 0 then redis.call('HSET', meta, 'note', '${NOTE}') end
    redis.call('HSET', meta, 'epoch', epoch, 'offset', marks[#marks], unpack(marks))
    if heard then
      local head = epoch .. ' ' .. first .. ' ' .. table.concat(newKinds)
      redis.call('SPUBLISH', channels[r], head .. '\\n' .. table.concat(news, '\\n'))
    end
  end
end
return replies
`;

const STATE = `
local function stateOf(meta, now)
  local state = redis.call('HMGET', meta, 'epoch', 'offset')
  if state[1] then return state[1], tonumber(state[2] or 0) end
  -- A room has its epoch before its first entry, if it can be written.
  local made = redis.pcall('HSET', meta, 'epoch', now)
  if type(made) == 'table' then return '0', 0 end
  return now, 0
end
`;

/**
 * Functions that read the log with what was erased in its place. Offsets are dense, so a
 * range of them is as long as it is wide.
 */
const MERGE = `
local function offsetOf(id) return tonumber(string.match(id, '^%d+')) end
local function toEntry(kept)
  local id, kind, body = string.match(kept, '^(%S+) (.)(.*)$')
  return {id, {kind, body}}
end
local function between(log, erased, from, to)
  local found = redis.call('XRANGE', log, from, to)
  local gone = redis.call('ZRANGEBYSCORE', erased, from, to)
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
local function firstOffset(log, erased)
  local entry = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local gone = redis.call('ZRANGE', erased, 0, 0)[1]
  local one = entry and offsetOf(entry[1]) or math.huge
  return math.min(one, gone and offsetOf(gone) or math.huge)
end
`;

/** KEYS: log, meta, erased. ARGV: time, after, limit. Replies epoch, newest offset, entries. */
export const READ = `${STATE}${MERGE}
local epoch, newest = stateOf(KEYS[2], ARGV[1])
local from, limit = tonumber(ARGV[2]) + 1, tonumber(ARGV[3])
from = math.max(from, firstOffset(KEYS[1], KEYS[3]))
local entries = {}
if from <= newest then
  entries = between(KEYS[1], KEYS[3], from, math.min(newest, from + limit - 1))
end
return {epoch, tostring(newest), entries}
`;

/**
 * KEYS: log, meta, amends, erased. ARGV: time, before or "", after or "", limit. Replies
 * epoch, newest offset, the messages (newest first unless after is given) and what amends
 * them.
 */
export const PAGE = `${STATE}${MERGE}
local log, erased = KEYS[1], KEYS[4]
local epoch, newest = stateOf(KEYS[2], ARGV[1])
local limit, messages = tonumber(ARGV[4]), {}
local first, forward = firstOffset(log, erased), ARGV[3] ~= ''
local edge, width = newest, limit
if ARGV[2] ~= '' then edge = math.min(newest, tonumber(ARGV[2]) - 1) end
if forward then edge = math.max(first, tonumber(ARGV[3]) + 1) end
while #messages < limit and edge >= first and edge <= newest do
  local from = forward and edge or math.max(first, edge - width + 1)
  local to = forward and math.min(newest, edge + width - 1) or edge
  local found = between(log, erased, from, to)
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
    local entry = between(log, erased, offsetOf(id), offsetOf(id))[1]
    if entry then amendments[#amendments + 1] = entry end
  end
end
return {epoch, tostring(newest), messages, amendments}
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

/** KEYS: log, reads. ARGV: person, how their messages can be told, the most to count. */
export const UNREAD = `
local read = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
local from, count = string.format('%.0f', read + 1), 0
local entries = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[3])
for _, entry in ipairs(entries) do
  local own = string.find(entry[2][2], ARGV[2], 1, true)
  if entry[2][1] == 'm' and not own then count = count + 1 end
end
return {read, count}
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
 * KEYS: log, meta, amends, erased. ARGV: the offset to keep from, then the sender and
 * clientId of each entry that goes. Replies how many those were.
 */
export const TRIM = `
for i = 2, #ARGV do redis.call('HDEL', KEYS[2], ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', '(' .. ARGV[1])
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
return #ARGV - 1
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
