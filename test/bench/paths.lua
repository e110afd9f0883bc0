-- Asks for addresses drawn from a file (one path a line, named by the environment variable BENCH_PATHS); its result is that of report.lua.
dofile(os.getenv("BENCH_REPORT"))
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local seed = 0
setup = function(thread)
  seed = seed + 1
  thread:set("seed", seed)
end
init = function() math.randomseed(seed) end
request = function() return wrk.format("GET", paths[math.random(#paths)]) end
