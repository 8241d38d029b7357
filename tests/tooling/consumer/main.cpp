// Uses the installed library as an outsider: calls into it and meets one of its errors.
#include <iostream>

#include <relprompt/relprompt.h>

int main() {
  const auto classes = relprompt::parse_class_list("road, car;vehicle, tree");
  std::cout << "relprompt " << RELPROMPT_VERSION << ", " << relprompt::vocabularies().size()
            << " vocabularies, " << classes.size() << " classes\n";
  try {
    relprompt::Segmenter segmenter("no/such/model");
  } catch (const relprompt::Error& error) {
    std::cout << name_of(error.code()) << " " << relprompt::exit_status(error.code()) << "\n";
    return classes.title(1) == "car" && relprompt::exit_status(error.code()) == 4 ? 0 : 1;
  }
  return 1;
}
