-- KEYS: meta. ARGV: time, the epoch and offset seen. Begins a new epoch if the log is behind.
local state = redis.call('HMGET', KEYS[1], 'epoch', 'offset')
if state[1] ~= ARGV[2] or tonumber(state[2] or 0) >= tonumber(ARGV[3]) then return 0 end
local epoch = math.max(tonumber(ARGV[1]), tonumber(state[1]) + 1)
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch))
return 1
