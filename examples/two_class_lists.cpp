// Two class lists on one image at the same time: one model in memory, a thread and a session for each list.
#include <cstdio>
#include <thread>

#include <relprompt/relprompt.h>

// Arguments: MODEL IMAGE "road, sky" "car;vehicle, tree". Writes 1.labels.png, 1.overlay.jpg and the same
// for 2.
int main(int count, char** words) try {
  if (count != 5) return 2;
  const relprompt::Model model(words[1]);
  const relprompt::Image image = relprompt::read_image(words[2]);
  const auto label = [&](const char* list, const std::string& name) {
    try {
      const auto classes = relprompt::parse_class_list(list);
      relprompt::Segmenter segmenter(model, relprompt::ClassSet(model, classes));
      const auto labels = segmenter.segment(image).labels;
      relprompt::write_labels(name + ".labels.png", labels, classes.size());
      relprompt::write_overlay(name + ".overlay.jpg", image, labels, classes);
    } catch (const relprompt::Error& error) {
      std::fprintf(stderr, "%s: %s\n", list, error.what());
    }
  };
  std::thread first(label, words[3], "1"), second(label, words[4], "2");
  first.join(), second.join();
} catch (const relprompt::Error& error) {
  return std::fprintf(stderr, "%s\n", error.what()), relprompt::exit_status(error.code());
}
