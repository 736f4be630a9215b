-- KEYS: reads, meta. ARGV: person, offset. Moves a read position forward; replies where it is.
local newest = tonumber(redis.call('HGET', KEYS[2], 'offset') or 0)
local before = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
local offset = math.min(tonumber(ARGV[2]), newest)
if offset <= before then return before end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', offset))
return offset
