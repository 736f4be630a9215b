import { NO_TEXT } from "../entry.ts";
import { SPREAD } from "./scripts.ts";

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
const MERGE = `${SPREAD}
local function toEntry(kept)
  local id, kind, body = string.match(kept, '^(%S+) (.)(.*)$')
  return {id, {kind, body}}
end
local function inStream(log, from, to)
  local all = {}
  for _, entry in ipairs(redis.call('XRANGE', log, from, to)) do spread(entry, from, to, all) end
  local newest = all[#all]
  if newest and offsetOf(newest[1]) == to then return all end
  -- One that ends after the range may begin in it.
  local over = redis.call('XRANGE', log, to + 1, '+', 'COUNT', 1)[1]
  return over and spread(over, from, to, all) or all
end
local function between(log, erased, from, to)
  local found = inStream(log, from, to)
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
  local one = entry and offsetOf(entry[1]) - sizeOf(entry) + 1 or math.huge
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

/**
 * KEYS: log, reads, erased. ARGV: person, how their messages can be told, how many entries
 * to look at. Replies the person's position, and how many messages came after it.
 */
export const UNREAD = `${MERGE}
local read = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
local from, count = math.max(read + 1, firstOffset(KEYS[1], KEYS[3])), 0
if from == math.huge then return {read, 0} end
for _, entry in ipairs(between(KEYS[1], KEYS[3], from, from + ARGV[3] - 1)) do
  local kind, body = entry[2][1], entry[2][2]
  local own = string.find(body, ARGV[2], 1, true)
  -- What was deleted has no text, and only that.
  local gone = string.find(body, '${NO_TEXT}', 1, true)
  if kind == 'm' and not own and not gone then count = count + 1 end
end
return {read, count}
`;
