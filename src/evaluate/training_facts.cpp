#include "evaluate/training_facts.h"

#include <system_error>

#include "relprompt/error.h"

#include "base/json_fields.h"
#include "base/json_read.h"

namespace relprompt::evaluate {

namespace fs = std::filesystem;

TrainingFacts read_training_facts(const fs::path& folder) {
  TrainingFacts facts;
  const auto file = folder / kFactsName;
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return facts;
  const auto json = read_json_file(file, {}, ErrorCode::kModelNotFound);
  JsonFields fields(json, file.string());
  facts.trained_on = fields.text("trained_on", "");
  facts.setting = fields.text("protocol", "");
  facts.checkpoint = fields.text("checkpoint", "");
  facts.checkpoint_score = fields.text("checkpoint_score", "");
  facts.iterations = fields.integer("iterations", 0, 0, std::int64_t{1} << 53);
  facts.seed = static_cast<std::uint64_t>(fields.integer("seed", 0, 0, std::int64_t{1} << 53));
  return facts;
}

}  // namespace relprompt::evaluate
