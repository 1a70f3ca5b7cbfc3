-- What wrk sends: argument 1 is the workload, 2 the token, then what the workload needs:
-- the first number and how many, a body, and how many milliseconds each client waits. With
-- "spread" the body is a file, each line a token with its first number and how many.
local workload, token, first, span, body, pace
local callers = {}
local thread_count = 0
local sent = 0

function setup(thread)
	thread:set("place", thread_count)
	thread_count = thread_count + 1
end

function init(args)
	workload, token = args[1], args[2]
	first, span, body, pace = tonumber(args[3]), tonumber(args[4]), args[5], tonumber(args[6] or 0)
	if pace > 0 then
		-- not all at once
		delay = function() return math.random(0, 2 * pace) end
	end
	wrk.headers["Authorization"] = "Bearer " .. token
	math.randomseed(first + place)
	if workload == "spread" then
		for words in io.lines(body) do
			local who, from, count = words:match("(%S+) (%d+) (%d+)")
			table.insert(callers, { token = "Bearer " .. who, first = tonumber(from), span = tonumber(count) })
		end
	end
	if workload == "draft" or workload == "withdraw" then
		wrk.method = "POST"
		wrk.body = body
		wrk.headers["Content-Type"] = "application/json"
	end
end

local function channel(from, count)
	return wrk.format(nil, string.format("%s/0192b000-0008-7000-8000-%012d", wrk.path,
		math.random(from, from + count - 1)))
end

-- Ids are a fixed part and a number; each thread has a span of its own where ids run out.
function request()
	if workload == "get" then
		return channel(first, span)
	elseif workload == "spread" then
		local caller = callers[math.random(#callers)]
		wrk.headers["Authorization"] = caller.token
		return channel(caller.first, caller.span)
	elseif workload == "withdraw" then
		local id = string.format("0192b000-0010-7000-8000-%012d", first + place * span + sent)
		sent = sent + 1
		return wrk.format(nil, wrk.path .. "/" .. id .. "/withdraw")
	end
	return wrk.format()
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format('{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "socket": %d, "status": %d}\n',
		summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
		latency:percentile(99) / 1e3, e.connect + e.read + e.write + e.timeout, e.status))
end
