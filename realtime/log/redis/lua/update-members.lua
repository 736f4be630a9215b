-- KEYS: members (hash: person → role), copy (hash: version, at, loud). ARGV: version, time, 1 or 0 for
-- loud, how many versions this follows on from, those, then by turns person and role ('': none any
-- more). Replies nothing if it does not follow on from the copy, else the copy's version and the roles
-- of those people until now.
local before = redis.call('HGET', KEYS[2], 'version')
if not before then return false end
local from = 5 + tonumber(ARGV[4])
local follows = tonumber(before) >= tonumber(ARGV[1])
for i = 5, from - 1 do follows = follows or ARGV[i] == before end
if not follows then return false end
local old = {}
if tonumber(before) >= tonumber(ARGV[1]) then return {tonumber(before), old} end
-- First, as it fails where nothing can be written.
redis.call('HSET', KEYS[2], 'at', ARGV[2])
for i = from, #ARGV, 2 do
  old[#old + 1] = redis.call('HGET', KEYS[1], ARGV[i]) or ''
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i])
  else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
redis.call('HSET', KEYS[2], 'version', ARGV[1], 'loud', ARGV[3])
return {tonumber(before), old}
