// strike FOLDER FAULT N COMMAND...: runs COMMAND and lets its N-th call on a file below FOLDER that FAULT can
// strike fail. N = 0 only counts. The last line on the standard output is "calls C struck 0|1 status S"; exit
// status 0 if the command was run at all, 125 where processes cannot be traced.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "traced_process.h"

int main(int count, char** arguments) {
  if (count < 5) {
    std::fprintf(stderr, "usage: strike FOLDER FAULT N COMMAND...\n");
    return 2;
  }
  try {
    relprompt::faults::Request request;
    request.folder = arguments[1];
    request.fault = relprompt::faults::fault_named(arguments[2]);
    request.at = std::strtoull(arguments[3], nullptr, 10);
    request.command.assign(arguments + 4, arguments + count);
    const auto outcome = relprompt::faults::run_traced(request);
    std::printf("\ncalls %llu struck %d status %d\n", static_cast<unsigned long long>(outcome.calls),
                outcome.struck ? 1 : 0, outcome.status);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "strike: %s\n", error.what());
    return 125;
  }
}
