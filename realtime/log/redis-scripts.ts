/**
 * The scripts that make up the Redis log. Each runs atomically on the keys of one room (or
 * of several, on a single server). The keys of a room share a hash tag, and so a slot:
 *
 *   log     stream; the id of an entry is `offset-epoch`, its one field is kind → body
 *   meta    hash: epoch, offset (the newest)
 *   sent    hash: sender and clientId → `epoch offset timestamp` of what they appended
 *   amends  sorted set: ids of edits, deletions, reactions, by the offset they belong to
 *   reads   hash: person → read position
 *
 * A write that fails (out of memory, read-only, wrong type) is one of the first of a room,
 * before anything was changed, or is undone.
 */

/** Keys of a room a script may touch, in this order. */
export const KEY_NAMES = ["log", "meta", "sent", "amends"] as const;

/**
 * KEYS: log, meta, sent, amends of each room. ARGV: the number of rooms, the time, then
 * for each room: channel, the epoch and offset the caller has seen, the number of entries,
 * and for each entry: kind, sender and clientId, timestamp, target or "", body.
 *
 * Replies for each entry `epoch offset timestamp` with `=` in front if it was repeated, or
 * `!` and why it failed. Publishes a room's new entries as one message.
 *
 * A log behind what a caller saw of the same epoch has lost entries (a failover, a restored
 * backup): what is appended from then on belongs to a new epoch.
 */
export const APPEND = `
local replies, a, now = {}, 3, ARGV[2]
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
        local added = redis.pcall('XADD', log, id, kind, body)
        if type(added) == 'table' and added.err then
          redis.call('HDEL', sent, key)
          replies[#replies + 1] = why(added)
        else
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

/** KEYS: log, meta. ARGV: time, after, limit. Replies epoch, newest offset, entries. */
export const READ = `${STATE}
local epoch, newest = stateOf(KEYS[2], ARGV[1])
local from = string.format('%.0f', tonumber(ARGV[2]) + 1)
local entries = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[3])
return {epoch, tostring(newest), entries}
`;

/**
 * KEYS: log, meta, amends. ARGV: time, before or "", after or "", limit. Replies epoch,
 * newest offset, the messages (newest first unless after is given) and what amends them.
 */
export const PAGE = `${STATE}
local epoch, newest = stateOf(KEYS[2], ARGV[1])
local limit, messages = tonumber(ARGV[4]), {}
local forward = ARGV[3] ~= ''
local edge = forward and string.format('%.0f', tonumber(ARGV[3]) + 1) or '+'
if ARGV[2] ~= '' then
  local before = tonumber(ARGV[2]) - 1
  if before < 1 then return {epoch, tostring(newest), {}, {}} end
  edge = string.format('%.0f', before)
end
local command = forward and 'XRANGE' or 'XREVRANGE'
local other = forward and '+' or '-'
while #messages < limit do
  local found = redis.call(command, KEYS[1], edge, other, 'COUNT', limit)
  for _, entry in ipairs(found) do
    if entry[2][1] == 'm' and #messages < limit then
      messages[#messages + 1] = entry
    end
  end
  if #found < limit then break end
  edge = '(' .. found[#found][1]
end
local amendments = {}
if #messages > 0 then
  local one = tonumber(string.match(messages[1][1], '^%d+'))
  local two = tonumber(string.match(messages[#messages][1], '^%d+'))
  local ids = redis.call('ZRANGEBYSCORE', KEYS[3], math.min(one, two), math.max(one, two))
  for _, id in ipairs(ids) do
    local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
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
 * KEYS: log, sent, amends. ARGV: the offset to keep from, how many keys of \`sent\` follow,
 * those, then the ids of the amendments among what goes.
 */
export const TRIM = `
local count = tonumber(ARGV[2])
for i = 1, #ARGV - 2 do
  if i <= count then redis.call('HDEL', KEYS[2], ARGV[i + 2])
  else redis.call('ZREM', KEYS[3], ARGV[i + 2]) end
end
return redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
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
