-- KEYS: the parts of a room under other names, then as many under their own, the log first.
-- Replies 0 if the room has a log, and changes nothing then.
local parts = #KEYS / 2
if redis.call('EXISTS', KEYS[parts + 1]) == 1 then return 0 end
for i = 1, parts do
  redis.call('DEL', KEYS[parts + i])
  if redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('RENAME', KEYS[i], KEYS[parts + i])
  end
end
return 1
