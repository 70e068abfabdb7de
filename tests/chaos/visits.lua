-- What wrk asks for, page after page, and what it says at the end, as JSON.
local threads, pages, asked = {}, {}, 0

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  statuses = {}
  for place, page in ipairs(arguments) do
    pages[place] = page
  end
end

function request()
  asked = asked + 1
  return wrk.format(nil, pages[asked % #pages + 1])
end

function response(status)
  local key = tostring(status)
  statuses[key] = (statuses[key] or 0) + 1
end

function done(summary, latency)
  local broken = summary.errors
  local counts = {
    string.format('"0": %d', broken.connect + broken.read + broken.write + broken.timeout),
  }
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("statuses")) do
      table.insert(counts, string.format('"%s": %d', status, count))
    end
  end
  -- wrk counts microseconds.
  print(string.format(
    '{"statuses": {%s}, "p50": %f, "p99": %f, "slowest": %f}',
    table.concat(counts, ", "),
    latency:percentile(50) / 1e6,
    latency:percentile(99) / 1e6,
    latency.max / 1e6
  ))
end
