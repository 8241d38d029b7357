// What the logs of a training run say of each kind of event, for programs and for people.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "eval/metrics.h"

namespace relprompt::train {

struct LogEntry {
  nlohmann::ordered_json event;
  std::string sentence;
};

/// What is known after an iteration.
struct StepFacts {
  std::int64_t iteration = 0, iterations = 0;  ///< counted from 1; of the whole run
  double loss = 0;
  std::vector<std::pair<std::string, double>> parts;  ///< of the loss
  std::vector<std::pair<std::string, double>> rates;  ///< learning rate of each parameter group
  double gradient_norm = 0;
  double seconds = 0;        ///< of an iteration
  std::uint64_t memory = 0;  ///< resident bytes of the process
};

LogEntry step_entry(const StepFacts& facts);

/// `part` is what was measured ("held-out part"), `better` whether it is the best so far.
LogEntry evaluation_entry(std::int64_t iteration, const std::string& part, const eval::Scores& scores,
                          bool better);

/// "1:02:03" of hours, minutes and seconds, "2:03" below an hour.
std::string clock_time(double seconds);

/// "93.1", in percent, or "-".
std::string percent(const std::optional<double>& score);

}  // namespace relprompt::train
