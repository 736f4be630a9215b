-- KEYS: members, copy. ARGV: person, version. Replies 1 if the person was taken out.
if redis.call('HGET', KEYS[2], 'version') ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
