import { NO_TEXT, TOGETHER } from "./entry.ts";

/**
 * The scripts that make up the Redis log. Each runs atomically on the keys of one room (or
 * of several, on a single server). The keys of a room share a hash tag, and so a slot:
 *
 *   log     stream; the id of an entry is `offset-epoch`, its one field is kind → body;
 *           messages that came together share one: it has the offset of the last of them,
 *           and a field for each. An entry costs several times what a field does.
 *   meta    hash: epoch, offset (the newest); sender and clientId → the offset they got;
 *           and a note, see NOTE
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
-- Adds what lies between two offsets, each as an entry of its own.
local function spread(entry, from, to, all)
  local last, epoch = string.match(entry[1], '^(%d+)(.*)$')
  local fields = entry[2]
  local count = #fields / 2
  local before = tonumber(last) - count
  for i = math.max(1, from - before), math.min(count, to - before) do
    local id = string.format('%d', before + i) .. epoch
    all[#all + 1] = {id, {fields[i * 2 - 1], fields[i * 2]}}
  end
  return all
end
`;

/** Functions that take the text out of entries; after {@link SPREAD}. */
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
const NOTE = "epoch, offset, and the offset that each sender and clientId got"
  .padEnd(65);

/**
 * KEYS: log and meta of each room, then the `amends` and `erased` of its room for each
 * edit, deletion and reaction. ARGV: the number of rooms, the time, the caller's anchor, how
 * many of those there are, their targets, then for each room: 1 if the caller is subscribed
 * to it, the epoch and offset the caller has seen, its entries' kinds as one string, the
 * sender and clientId of each, the body of each.
 *
 * Replies for each room the epoch, 1 if what is new was published, and the offset before the
 * first of its entries if all of them are new; else a list, for each entry the offset, or as
 * a string the offset with `=` in front if it was repeated, or `!` and why it failed.
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
-- Adds an entry of any kind on its own; returns why it failed, or what is kept of its body.
local function addOne(log, id, kind, body)
  local target, amends, erased = ARGV[t], KEYS[spare], KEYS[spare + 1]
  -- An edit that crossed the deletion must not bring text back.
  if kind == 'e' and isErased(erased, target) then body = withoutText(body) end
  local added = redis.pcall('XADD', log, id, kind, body)
  if type(added) == 'table' then return added.err or 'failed' end
  if kind == 'd' then eraseAll(log, amends, erased, target) end
  if kind ~= 'm' then redis.pcall('ZADD', amends, target, id) end
  return nil, body
end
-- Adds messages that follow each other; returns why it failed, and at which of the fields.
local function addTogether(log, suffix, marks, fields)
  for from = 1, #fields, ${TOGETHER * 2} do
    local to = math.min(#fields, from + ${TOGETHER * 2 - 1})
    local added = redis.pcall('XADD', log, marks[to] .. suffix, unpack(fields, from, to))
    if type(added) == 'table' then return added.err or 'failed', from end
  end
end
local function publish(channel, epoch, first, fields)
  local kinds, bodies = {}, {}
  for i = 1, #fields / 2 do kinds[i], bodies[i] = fields[i * 2 - 1], fields[i * 2] end
  local head = epoch .. ' ' .. first .. ' ' .. table.concat(kinds)
  redis.call('SPUBLISH', channel, head .. '\\n' .. table.concat(bodies, '\\n'))
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
  local suffix, together, why = '-' .. epoch, not string.find(kinds, '[^m]'), state.err
  -- Of what is new, by turns: key and offset, kind and body.
  local marks, fields, new, sent, done = {}, {}, 0, {}, {}
  for i = 1, #kinds do
    local key, kind, body = ARGV[keys + i], 'm', ARGV[bodies + i]
    -- Lua's own way to make a number text takes several times as long.
    local before, offset = state[i + 2] or sent[key], string.format('%d', first + new + 1)
    if not together then
      kind = string.sub(kinds, i, i)
      if kind ~= 'm' then spare, t = spare + 2, t + 1 end
      if not before and not state.err then why, body = addOne(log, offset .. suffix, kind, body) end
    end
    if before then
      done[i] = '=' .. before
    elseif why then
      done[i] = '!' .. why
    else
      new = new + 1
      local m = new * 2
      marks[m - 1], marks[m], fields[m - 1], fields[m] = key, offset, kind, body
      sent[key], done[i] = offset, first + new
    end
  end
  if together then
    local failed, from = addTogether(log, suffix, marks, fields)
    if failed then
      new = (from - 1) / 2
      for i = 1, #kinds do
        if tonumber(string.match(done[i], '%d+$')) > first + new then done[i] = '!' .. failed end
      end
      for m = #marks, from, -1 do marks[m], fields[m] = nil, nil end
    end
  end
  local heard, n = isHeard(r, caller, kinds), #replies
  replies[n + 1], replies[n + 2] = epoch, heard and 1 or 0
  replies[n + 3] = new == #kinds and first or done
  if new > 0 then
    if first == 0 then redis.call('HSET', meta, 'note', '${NOTE}') end
    redis.call('HSET', meta, 'epoch', epoch, 'offset', marks[new * 2], unpack(marks))
    if heard then publish(channels[r], epoch, first, fields) end
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
if next then count = math.min(count, offsetOf(next[1]) - #next[2] / 2 + 1 - first) end
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
