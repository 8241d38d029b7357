// The library in forty lines: an image and words in, the share of each word out.
//
//   example_segment MODEL IMAGE "road, sky, car;vehicle, tree"
//
// MODEL is a folder made by `relprompt import` or `relprompt init`, or a CLIP checkpoint as downloaded.
#include <cstdio>
#include <exception>

#include <relprompt/relprompt.h>

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: example_segment MODEL IMAGE CLASSES\n");
    return 2;
  }
  try {
    // Opening checks the whole file; everything that can be wrong with it is reported here.
    relprompt::ModelOptions model;
    model.precision = "fp32";  // "bf16" computes matrix products in bfloat16
    relprompt::Segmenter segmenter(arguments[1], model);

    // Class names become embeddings once; they stay on disk for the next run.
    const relprompt::ClassList classes = relprompt::parse_class_list(arguments[3]);
    relprompt::TextOptions text;
    text.templates = {"a photo of a {}", "a photo of many {}"};
    segmenter.set_classes(classes, text);

    // One call an image, any size. Zeros in SegmentOptions mean the model's own test protocol.
    const relprompt::Image image = relprompt::read_image(arguments[2]);
    relprompt::SegmentOptions options;
    options.unknown_threshold = 0.05f;  // a pixel where every class scores less is "unknown"
    const relprompt::Segmentation result = segmenter.segment(image, options);

    const double total = static_cast<double>(image.height) * image.width;
    for (std::size_t label = 0; label < classes.size(); ++label) {
      const double share = 100.0 * static_cast<double>(result.pixels[label]) / total;
      std::printf("%6.2f %%  %s\n", share, classes.title(label).c_str());
    }
    std::printf("%6.2f %%  (unknown)\n", 100.0 * static_cast<double>(result.unknown_pixels) / total);
  } catch (const relprompt::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return relprompt::exit_status(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "unexpected: %s\n", error.what());
    return 70;
  }
}
