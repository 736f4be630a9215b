-- Removes the oldest entries of a room; after lines.lua.
--
-- KEYS: log, meta, amends, erased, leftovers. ARGV: the first offset; then, for each entry that may
-- go, its sender and clientId, and what is attached to it. Replies how many went: what shares a
-- place of the stream with one that stays, stays as well.
local log, meta, amends, erasures, leftovers = unpack(KEYS)
local first, count = tonumber(ARGV[1]), (#ARGV - 1) / 2
local next = redis.call('XRANGE', log, first + count, '+', 'COUNT', 1)[1]
if next then count = math.min(count, offsetOf(next[1]) - sizeOf(next) + 1 - first) end
for i = 1, count do
  redis.call('HDEL', meta, ARGV[i * 2])
  if ARGV[i * 2 + 1] ~= '' then redis.call('SADD', leftovers, ARGV[i * 2 + 1]) end
end
local keep = string.format('%d', first + count)
redis.call('ZREMRANGEBYSCORE', amends, '-inf', '(' .. keep)
redis.call('ZREMRANGEBYSCORE', erasures, '-inf', '(' .. keep)
redis.call('XTRIM', log, 'MINID', keep)
return count
