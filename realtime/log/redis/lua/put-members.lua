-- KEYS: members (hash: person → role), copy (hash: version, at, loud). ARGV: version, time, seconds
-- after which the copy may go or 0, 1 or 0 for loud, then by turns person and role. Replies nothing if the copy
-- is newer, else its version and members until now.
local before = tonumber(redis.call('HGET', KEYS[2], 'version') or -1)
if before > tonumber(ARGV[1]) then return false end
-- First, as it fails where nothing can be written.
redis.call('HSET', KEYS[2], 'at', ARGV[2])
local old = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('HSET', KEYS[2], 'version', ARGV[1], 'loud', ARGV[4])
redis.call('PERSIST', KEYS[2])
if ARGV[3] ~= '0' then redis.call('EXPIRE', KEYS[2], ARGV[3]) end
return {before, old}
