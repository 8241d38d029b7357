// relprompt analyze: images of what happens inside a model, figures 1, 7 and 11 of the paper for any model
// and image.
#include <vector>

#include "relprompt/error.h"

#include "analyze.h"

namespace relprompt::cli {

Command add_analyze(CLI::App& program) {
  CLI::App* parser =
      program.add_subcommand("analyze", "Look inside a model: attention maps, distances, comparisons")
          ->group("Commands");
  parser->require_subcommand(0, 1);
  parser->footer(
      "Examples:\n"
      "  relprompt analyze attention examples/scene.png -m models/demo -c \"red square, blue circle\" -o "
      "out\n"
      "  relprompt analyze attention street.jpg -m rpn-voc -c \"road, sky, car\" -o out\n"
      "  relprompt analyze distance images/ -m rpn-voc --vocabulary voc-20 -o out\n"
      "  relprompt analyze sheet images/ -m rpn-voc --baseline clip --vocabulary voc-20 -o out");
  const std::vector<Command> kinds = {add_analyze_attention(*parser), add_analyze_distance(*parser),
                                      add_analyze_sheet(*parser)};
  return {parser, [kinds] {
            for (const Command& kind : kinds) {
              if (kind.parser->parsed()) return kind.run();
            }
            throw Error(ErrorCode::kBadArgument, "no kind of analysis is given",
                        "relprompt analyze attention, distance or sheet; --help explains them");
          }};
}

}  // namespace relprompt::cli
