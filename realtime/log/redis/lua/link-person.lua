-- KEYS: the rooms of a person (hash: room → the version by which they are in it, negative: by
-- which they are not). ARGV: room, that number. What is newer stays.
local before = math.abs(tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0))
if math.abs(tonumber(ARGV[2])) >= before then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 0
