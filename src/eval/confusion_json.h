// Confusion counts as JSON, without loss: for workers that send theirs to another, and for resuming.
//
//   {"format": "relprompt confusion 1", "classes": C, "detail": "pairs", "images": N, "ignored": pixels,
//    "rows": [C lists]}
//
// Row i belongs to the class labelled i. With "pairs" it is [prediction, pixels, prediction, pixels, ...] for
// the pairs that occurred, predictions ascending, C standing for unknown. With "totals" it is empty (all
// zero) or [intersection, prediction, truth]. Counts are whole numbers of up to 64 bits.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "eval/confusion.h"

namespace relprompt::eval {

nlohmann::json to_json(const ConfusionMatrix& matrix);

/// `source` names the text in messages. Throws Error(kUnreadable) for anything to_json does not write, counts
/// that no images can have included.
ConfusionMatrix confusion_from_json(const nlohmann::json& json, const std::string& source);

/// to_json as one line of text, and back.
std::string to_text(const ConfusionMatrix& matrix);
ConfusionMatrix parse_confusion(std::string_view text, const std::string& source);

}  // namespace relprompt::eval
