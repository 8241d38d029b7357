#include "evaluate/image_sheet.h"

#include <algorithm>
#include <utility>

#include "analysis/sheet.h"
#include "data/order.h"
#include "segmenter/sliding_window.h"

namespace relprompt::evaluate {

Image image_sheet(segmenter::PatchScorer& scorer, const model::ModelConfig& model,
                  const data::Dataset& dataset, const segmenter::ClassEmbeddings& embeddings,
                  const SegmentOptions& options, std::size_t count) {
  analysis::Sheet sheet;
  sheet.columns = {"image", "truth", "prediction"};
  sheet.has_truth = true;
  for (const auto index : data::spread_indices(dataset.size(), std::max<std::size_t>(count, 1))) {
    auto inspection = dataset.inspect(index);
    if (inspection.error) continue;
    auto& sample = inspection.sample;
    auto predicted = segmenter::segment_image(scorer, model, embeddings, sample.image, options, {});
    // Where the truth says nothing the prediction was not judged, and should not look as if it were.
    sheet.rows.push_back(
        {sample.name, std::move(sample.image), {std::move(sample.labels), std::move(predicted.labels)}});
  }
  return analysis::draw_sheet(sheet, dataset.classes());
}

}  // namespace relprompt::evaluate
