-- KEYS: log, meta, amends. ARGV of each entry: id, kind, sender and clientId, its offset, target or
-- "", line.
for a = 1, #ARGV, 6 do
  redis.call('XADD', KEYS[1], ARGV[a], ARGV[a + 1], ARGV[a + 5])
  redis.call('HSET', KEYS[2], ARGV[a + 2], ARGV[a + 3])
  if ARGV[a + 4] ~= '' then redis.call('ZADD', KEYS[3], ARGV[a + 4], ARGV[a]) end
end
return 1
