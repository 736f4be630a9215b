-- Changes what the search engine has of a room, and says how far it has come, or does neither.
--
-- KEYS: the hash of how far each room is. ARGV: the room; what it says of that before, '' for
-- nothing; what it says after, '' for nothing; the commands, as JSON. Replies 0 if it says
-- something else: another instance was here meanwhile.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
for _, command in ipairs(cjson.decode(ARGV[4])) do redis.call(unpack(command)) end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
