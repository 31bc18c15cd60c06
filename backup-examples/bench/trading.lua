-- What a trading engine keeps in Redis: ARGV[1] keys of every kind, ARGV[2] the first number.
-- Nine of ten in database 0; one in five expires, in a week or later.
math.randomseed(42 + tonumber(ARGV[2]))
local sides = {'BUY', 'SELL'}
local first = tonumber(ARGV[2])
for i = first, first + tonumber(ARGV[1]) - 1 do
  redis.call('SELECT', i % 10 == 9 and 1 or 0)
  local symbol = 'SYM' .. (i * 7919 % 500)
  local kind = i % 10
  local key
  if kind < 4 then
    key = 'order:' .. i
    redis.call('HSET', key, 'symbol', symbol, 'side', sides[1 + i % 2], 'quantity', math.random(1, 10000),
      'price', string.format('%.2f', math.random(10000, 200000) / 100), 'account', i % 100000, 'state', 'OPEN')
  elseif kind < 7 then
    key = 'quote:' .. i
    redis.call('SET', key, string.format('%s %.4f %.4f %d', symbol, math.random() * 2000, math.random() * 2000, i))
  elseif kind == 7 then
    key = 'book:' .. i
    for level = 1, 8 do
      redis.call('ZADD', key, string.format('%.2f', math.random(10000, 200000) / 100), 'order:' .. math.random(1, 1000000))
    end
  elseif kind == 8 then
    if i % 100 == 8 then
      key = 'executions:' .. i
      for entry = 1, 20 do
        redis.call('XADD', key, entry .. '-1', 'order', math.random(1, 1000000), 'quantity', math.random(1, 100))
      end
      redis.call('XGROUP', 'CREATE', key, 'settlement', '0')
      redis.call('XREADGROUP', 'GROUP', 'settlement', 'worker', 'COUNT', '5', 'STREAMS', key, '>')
    else
      key = 'watchers:' .. i
      for member = 1, 6 do redis.call('SADD', key, math.random(1, 1000000)) end
    end
  else
    key = 'session:' .. i
    redis.call('SET', key, string.format('%016x%016x', math.random(0, 2147483647), math.random(0, 2147483647)))
  end
  if i % 5 == 4 then redis.call('PEXPIREAT', key, 4102444800000 + i) end
end
return redis.call('DBSIZE')
