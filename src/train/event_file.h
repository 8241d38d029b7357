// The scalars of a run as TensorBoard reads them: records of the TFRecord format, each an Event in protocol
// buffers' wire format (tensorflow/core/util/event.proto). Only what a scalar needs is written, so no library
// is.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace relprompt::train {

/// TensorBoard looks for "tfevents" in a file's name.
inline constexpr const char* kEventFile = "events.out.tfevents.relprompt";

/// The record that a file begins with; `seconds` since 1970.
std::string event_file_start(double seconds);

/// The scalars of one event of log.jsonl as a record: loss, its parts, learning rates, gradient norm and
/// seconds of a step; scores of an evaluation. Empty for any other event.
std::string event_record(const nlohmann::json& event);

/// The file that belongs to these lines of log.jsonl; lines that cannot be read are left out.
std::string event_file_of(std::string_view lines);

/// Seconds since 1970 of "2026-11-29T05:40:12Z"; 0 for any other text.
double seconds_of(std::string_view time);

}  // namespace relprompt::train
