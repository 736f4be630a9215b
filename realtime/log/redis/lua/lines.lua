-- What the other scripts share: places of the stream, and the lines in them.
--
-- An entry is a line: its head, a tab, its parts, and if something is attached another tab and
-- what that is (log/entry.ts). Where its parts were erased it ends with the first tab. A line of
-- version 1 has no tab; it is one JSON object without its opening brace (log/version1.ts).

local function offsetOf(id) return tonumber(string.match(id, '^%d+')) end

-- How many entries of the log share a place of the stream.
local function sizeOf(place)
  local size = 0
  for f = 1, #place[2], 2 do size = size + #place[2][f] end
  return size
end

-- Adds to `all` what a place has between two offsets, each as {id, {kind, line}}.
local function spread(place, from, to, all)
  local epoch, offset = string.match(place[1], '-.*$'), offsetOf(place[1]) - sizeOf(place)
  for f = 1, #place[2], 2 do
    local kinds, i = place[2][f], 0
    for line in string.gmatch(place[2][f + 1], '[^\n]+') do
      i, offset = i + 1, offset + 1
      if offset >= from and offset <= to then
        all[#all + 1] = {string.format('%d', offset) .. epoch, {string.sub(kinds, i, i), line}}
      end
    end
  end
  return all
end

-- cjson takes no half of a surrogate pair, which a text may have. So escapes by number pass as they
-- are, behind a byte that UTF-8 does not have.
local function decode(text) return cjson.decode((string.gsub(text, '\\(.)', {u = '\255'}))) end
-- It writes \/ where JavaScript writes /, and both must find the same id.
local function encode(fields)
  local text = string.gsub(cjson.encode(fields), '\\(.)', {['/'] = '/'})
  return (string.gsub(text, '\255', '\\u'))
end

-- The fields of a line's head; of version 1, all of them.
local function fieldsOf(line)
  local head = string.match(line, '^([^\t]*)\t')
  return decode(head and '{' .. head .. '}' or '{' .. line)
end

-- The same line with these fields.
local function withFields(line, fields)
  local rest = string.match(line, '^[^\t]*(\t.*)$')
  if not rest then return string.sub(encode(fields), 2) end
  return string.sub(encode(fields), 2, -2) .. rest
end

-- Whether a person made an entry. Decoding costs many times what looking for the person's id, as
-- JSON has it, does; so that is done first, and settles nearly all.
local function isBy(line, person, inJson)
  return string.find(line, inJson, 1, true) ~= nil and fieldsOf(line).sender.id == person
end

local function isErased(line)
  if string.find(line, '\t', 1, true) then return string.sub(line, -1) == '\t' end
  return string.find(line, '"content":""', 1, true) ~= nil and decode('{' .. line).content == ''
end

-- What is attached to an entry, as text; or '' if nothing is.
local function attachedTo(line)
  local attached = string.match(line, '^[^\t]*\t[^\t]*\t?(.*)$')
  if attached then return attached end
  local fields = decode('{' .. line)
  if not fields.clip then return '' end
  return encode({{kind = 'clip', id = fields.clip, owner = fields.sender.id}})
end

-- The line of an entry without its parts.
local function erased(line)
  local head = string.match(line, '^[^\t]*\t')
  if head then return head end
  local fields = decode('{' .. line)
  fields.content, fields.clip = nil, nil
  return string.sub(encode(fields), 2, -2) .. '\t'
end
