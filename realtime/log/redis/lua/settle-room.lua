-- KEYS: the rooms that may have leftovers, or alerts. ARGV: a room, and when it was noted. Forgets the room
-- unless it was noted again since.
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('ZREM', KEYS[1], ARGV[1]) end
return 1
