/**
 * The scripts that make up the Redis log. Each runs atomically on the keys of one room (or
 * of several, on a single server). The keys of a room share a hash tag, and so a slot:
 *
 *   log     stream; the id of an entry is `offset-epoch`, its one field is kind → body
 *   meta    hash: epoch, offset (the newest)
 *   sent    hash: sender and clientId → `epoch offset timestamp` of what they appended
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

/** Keys of a room a script may touch, in this order. */
export const KEY_NAMES = ["log", "meta", "sent", "amends"] as const;

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
`;

/**
 * KEYS: log, meta, sent, amends of each room, then the `erased` of its room for each edit
 * and deletion. ARGV: the number of rooms, the time, then for each room: channel, the epoch
 * and offset the caller has seen, the number of entries, and for each entry: kind, sender
 * and clientId, timestamp, target or "", body.
 *
 * Replies for each entry `epoch offset timestamp` with `=` in front if it was repeated, or
 * `!` and why it failed. Publishes a room's new entries as one message.
 *
 * A log behind what a caller saw of the same epoch has lost entries (a failover, a restored
 * backup): what is appended from then on belongs to a new epoch.
 */
export const APPEND = `${ERASE}
local replies, a, now = {}, 3, ARGV[2]
local spare = 4 * tonumber(ARGV[1])
local function why(result) return '!' .. (result.err or 'failed') end
for r = 0, tonumber(ARGV[1]) - 1 do
  local log, meta = KEYS[r * 4 + 1], KEYS[r * 4 + 2]
  local sent, amends = KEYS[r * 4 + 3], KEYS[r * 4 + 4]
  local channel, seenEpoch = ARGV[a], ARGV[a + 1]
  local seen, count = tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3])
  a = a + 4
  local state = redis.pcall('HMGET', meta, 'epoch', 'offset')
  local epoch, newest = state[1], tonumber(state[2] or 0)
  local first, news = newest, {}
  if not state.err then
    if not epoch then epoch = now end
    if epoch == seenEpoch and newest < seen then
      epoch = string.format('%.0f', math.max(tonumber(now), tonumber(epoch) + 1))
    end
  end
  for _ = 1, count do
    local kind, key, time = ARGV[a], ARGV[a + 1], ARGV[a + 2]
    local target, body = ARGV[a + 3], ARGV[a + 4]
    a = a + 5
    if kind == 'e' or kind == 'd' then spare = spare + 1 end
    if state.err then
      replies[#replies + 1] = why(state)
    else
      local offset = string.format('%.0f', newest + 1)
      local position = epoch .. ' ' .. offset .. ' ' .. time
      local fresh = redis.pcall('HSETNX', sent, key, position)
      if type(fresh) == 'table' then
        replies[#replies + 1] = why(fresh)
      elseif fresh == 0 then
        replies[#replies + 1] = '=' .. redis.call('HGET', sent, key)
      else
        local id = offset .. '-' .. epoch
        -- An edit that crossed the deletion must not bring text back.
        if kind == 'e' and redis.call('ZCOUNT', KEYS[spare], target, target) > 0 then
          body = withoutText(body)
        end
        local added = redis.pcall('XADD', log, id, kind, body)
        if type(added) == 'table' and added.err then
          redis.call('HDEL', sent, key)
          replies[#replies + 1] = why(added)
        else
          if kind == 'd' then
            erase(log, KEYS[spare], target)
            for _, edit in ipairs(redis.call('ZRANGEBYSCORE', amends, target, target)) do
              erase(log, KEYS[spare], edit)
            end
          end
          if target ~= '' then redis.pcall('ZADD', amends, target, id) end
          newest = newest + 1
          news[#news + 1] = offset .. kind .. body
          replies[#replies + 1] = position
        end
      end
    end
  end
  if newest > first then
    redis.call('HSET', meta, 'epoch', epoch, 'offset', string.format('%.0f', newest))
    redis.call('SPUBLISH', channel, epoch .. '\\n' .. table.concat(news, '\\n'))
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
 * KEYS: log, sent, amends, erased. ARGV: the offset to keep from, then the keys of `sent` of
 * what goes. Replies how many those were.
 */
export const TRIM = `
for i = 2, #ARGV do redis.call('HDEL', KEYS[2], ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', '(' .. ARGV[1])
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
return #ARGV - 1
`;

/**
 * KEYS: log, sent, amends. ARGV of each entry: id, kind, key of \`sent\`, its position,
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
