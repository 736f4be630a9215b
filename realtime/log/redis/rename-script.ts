import { TOGETHER } from "../entry.ts";
import { FILL, SPREAD } from "./scripts.ts";

/**
 * KEYS: log, erased. ARGV: what stands before the person's name in a body, the name to put
 * there, the first offset, how many places of the stream to look at. Replies the offset to go
 * on from, or 0 after the last.
 *
 * An entry of a stream cannot be overwritten, so those of the person move to `erased`, as
 * what was deleted does, with what shares their place.
 */
export const RENAME = `${SPREAD}${FILL}
local log, erased, field, name = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local places = tonumber(ARGV[4])
local entries = redis.call('XRANGE', log, ARGV[3], '+', 'COUNT', places)
local limit = places * ${TOGETHER}
local moved = redis.call('ZRANGEBYSCORE', erased, ARGV[3], '+inf', 'LIMIT', 0, limit)
-- Up to where all was seen.
local last = math.huge
if #entries == places then last = offsetOf(entries[places][1]) end
if #moved == limit then last = math.min(last, offsetOf(moved[limit])) end
for _, kept in ipairs(moved) do
  local offset, renamed = offsetOf(kept), fill(kept, field, name)
  if offset <= last and renamed ~= kept then
    redis.call('ZADD', erased, offset, renamed)
    redis.call('ZREM', erased, kept)
  end
end
local function isOf(entry)
  for f = 2, #entry[2], 2 do
    if string.find(entry[2][f], field, 1, true) then return true end
  end
end
for _, entry in ipairs(entries) do
  if offsetOf(entry[1]) <= last and isOf(entry) then
    local moving = {}
    for _, one in ipairs(spread(entry, 0, math.huge, {})) do
      local kept = one[1] .. ' ' .. one[2][1] .. fill(one[2][2], field, name)
      moving[#moving + 1], moving[#moving + 2] = offsetOf(one[1]), kept
    end
    redis.call('ZADD', erased, unpack(moving))
    redis.call('XDEL', log, entry[1])
  end
end
return last == math.huge and 0 or last + 1
`;
