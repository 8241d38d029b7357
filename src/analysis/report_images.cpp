#include "analysis/report_images.h"

#include "analysis/confusion_image.h"
#include "image/image_files.h"

namespace relprompt::analysis {

void write_confusion_png(const std::filesystem::path& file, const eval::ConfusionMatrix& matrix,
                         const ClassList& classes) {
  image::write_png(file, draw_confusion(matrix, classes));
}

}  // namespace relprompt::analysis
