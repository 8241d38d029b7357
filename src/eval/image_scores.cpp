#include "eval/image_scores.h"

#include "base/json_output.h"
#include "eval/confusion.h"
#include "eval/json_text.h"
#include "eval/metrics.h"

namespace relprompt::eval {
namespace {

using Json = nlohmann::json;

Json or_null(std::optional<double> value) {
  return value ? Json(*value) : Json();
}

std::optional<double> fraction_at(const Json& json, const char* key, const std::string& source) {
  const Json& found = member(json, key, source);
  if (found.is_null()) return std::nullopt;
  if (!found.is_number() || found.get<double>() < 0 || found.get<double>() > 1) {
    damaged(source, std::string("\"") + key + "\" is no fraction of 1");
  }
  return found.get<double>();
}

}  // namespace

ImageScore score_image(const std::string& image, const LabelMap& prediction, const LabelMap& truth,
                       std::size_t classes, std::optional<std::uint16_t> ignore) {
  ConfusionMatrix matrix(classes, Detail::kTotals);
  matrix.add(image, prediction, truth, ignore);
  const Scores scores = scores_of(matrix, {}, Average::kPresent);
  return {image, scores.miou, scores.pacc, scores.names, matrix.pixels()};
}

Json to_json(const ImageScore& score) {
  return {{"image", score.image},
          {"miou", or_null(score.miou)},
          {"pacc", or_null(score.pacc)},
          {"classes", score.classes},
          {"pixels", score.pixels}};
}

ImageScore image_score_from_json(const Json& json, const std::string& source) {
  ImageScore score;
  score.image = name_at(json, "image", source);
  score.miou = fraction_at(json, "miou", source);
  score.pacc = fraction_at(json, "pacc", source);
  score.classes = count_at(json, "classes", source);
  score.pixels = count_at(json, "pixels", source);
  return score;
}

std::string to_json_lines(const std::vector<ImageScore>& scores) {
  std::string lines;
  for (const ImageScore& score : scores) lines += json_text(to_json(score)) + "\n";
  return lines;
}

}  // namespace relprompt::eval
