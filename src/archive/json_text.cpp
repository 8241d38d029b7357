// The checks hang on the parser's callback, so that nothing beyond a cap is ever built.
#include "archive/json_text.h"

#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/quote.h"

namespace relprompt::archive {
namespace {

using Json = nlohmann::json;

// safetensors headers and shard indexes need three levels.
constexpr int kMaxDepth = 8;
// A tensor takes about ten values: room for 400,000 tensors.
constexpr std::uint64_t kMaxValues = 4'000'000;

class StrictChecks {
 public:
  explicit StrictChecks(const std::string& source) : source_(source) {}

  void see(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > kMaxDepth) throw Error(ErrorCode::kBadHeader, source_ + ": the JSON nests too deep");
    if (++values_ > kMaxValues)
      throw Error(ErrorCode::kBadHeader, source_ + ": the JSON has too many values");
    // The parser counts the levels outside an object at its start, and one more at its keys.
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start) {
      if (keys_.size() < level + 2) keys_.resize(level + 2);
      keys_[level + 1].clear();
    } else if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_.at(level).insert(key).second) {
        throw Error(ErrorCode::kDuplicateName, fmt::format("{}: {} occurs twice", source_, quote(key)));
      }
    }
  }

 private:
  const std::string& source_;
  std::uint64_t values_ = 0;
  std::vector<std::unordered_set<std::string>> keys_;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& source) {
  if (text.size() > kMaxJsonBytes) {
    throw Error(ErrorCode::kBadHeader,
                fmt::format("{}: {} bytes of JSON; at most {} are read", source, text.size(), kMaxJsonBytes));
  }
  StrictChecks checks(source);
  const auto callback = [&checks](int depth, Json::parse_event_t event, const Json& parsed) {
    checks.see(depth, event, parsed);
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), callback);
  } catch (const Json::parse_error& error) {
    throw Error(ErrorCode::kBadHeader, fmt::format("{}: no valid JSON at byte {}", source, error.byte));
  } catch (const Json::exception&) {
    throw Error(ErrorCode::kBadHeader, source + ": the JSON holds a number out of range");
  }
}

}  // namespace relprompt::archive
