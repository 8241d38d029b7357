// relprompt serve: the command line of the server in apps/serve.
#include <CLI/App.hpp>
#include <algorithm>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/fetch.h"

#include "commands.h"
#include "interrupt.h"
#include "options_model.h"
#include "serve/server.h"
#include "serve/token.h"
#include "serve_models.h"
#include "terminal.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  relprompt serve -m models/demo\n"
    "  relprompt serve --model openai/clip-vit-base-patch16\n"
    "  curl -F image=@street.jpg -F 'classes=road, sky, car;vehicle' http://127.0.0.1:8080/v1/segment\n"
    "  relprompt serve -m my-model -m bare=ViT-B-16.pt --port 9000 --workers 2 --threads 8\n"
    "  head -c 24 /dev/urandom | base64 > token; chmod 600 token\n"
    "  relprompt serve -m my-model --bind 0.0.0.0 --token-file token\n"
    "\n"
    "Open the address in a browser for the page. Ctrl-C or SIGTERM: what waits and runs is finished, then it "
    "ends\n"
    "with status 0. docs/guide/serving.md describes every request.";

struct ServeArguments {
  std::vector<std::string> models;
  ModelArguments model;
  serve::ServerSettings settings;
  std::vector<std::string> fetch_hosts;
  std::string max_body = "32M", session_memory = "512M", token_file;
  bool no_token = false, quiet = false;
  int workers = 0, queue = 64, connections = 1024, sessions = 16;
};

bool is_loopback(const std::string& address) {
  return address == "::1" || address.compare(0, 4, "127.") == 0;
}

std::string allowed_origin(const std::string& host) {
  try {
    return fetch_origin(host);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("--allow-fetch {}", error.what()));
  }
}

/// Threads of one worker: all cores between them, unless it is said.
void share_cores(const ServeArguments& arguments, serve::ServerSettings& settings) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int threads = arguments.model.threads > 0 ? arguments.model.threads : cores;
  const int workers = arguments.workers > 0 ? arguments.workers : std::clamp(threads / 4, 1, 4);
  settings.workers = static_cast<std::size_t>(workers);
  settings.model_options.threads = std::max(1, threads / workers);
}

serve::ServerSettings resolve(ServeArguments& arguments) {
  auto settings = arguments.settings;
  settings.models = named_models(arguments.models);
  arguments.model.model = settings.models.front().path;
  settings.model_options = arguments.model.resolve();
  share_cores(arguments, settings);
  settings.queue = static_cast<std::size_t>(arguments.queue);
  settings.max_connections = static_cast<std::size_t>(arguments.connections);
  settings.sessions = static_cast<std::size_t>(arguments.sessions);
  settings.max_body = bytes_of(arguments.max_body, "--max-body", 1024, std::uint64_t{1} << 30);
  settings.session_bytes = bytes_of(arguments.session_memory, "--session-memory", 0, std::uint64_t{1} << 40);
  for (const auto& host : arguments.fetch_hosts) settings.fetch_origins.push_back(allowed_origin(host));
  if (!arguments.token_file.empty()) settings.token = serve::read_token(arguments.token_file);
  const bool open = settings.token.empty() && !arguments.no_token;
  if (!is_loopback(settings.bind) && open) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("--bind {} would let everyone who reaches this machine use it", settings.bind),
                "add --token-file FILE, or --no-token if that is what you want");
  }
  // Elsewhere the token, or who opened the door, says who may ask; browsers on this machine need the check.
  settings.check_host = is_loopback(settings.bind) && settings.token.empty();
  return settings;
}

void add_options(CLI::App& parser, ServeArguments& arguments) {
  auto& settings = arguments.settings;
  arguments.model.add_to(parser);
  parser.remove_option(parser.get_option("--model"));
  parser
      .add_option(
          "-m,--model", arguments.models,
          std::string("[NAME=]MODEL, may be repeated; the first one answers requests that name none. ") +
              kModelHelp)
      ->option_text("MODEL")
      ->expected(1)
      ->take_all()
      ->group("Model");
  const std::string door = "Who may ask", work = "Work", limits = "Limits";
  parser.add_option("--port", settings.port, "0: any that is free, which is printed [default: 8080]")
      ->option_text("N")
      ->group(door)
      ->check(in_range(0, 65535));
  parser.add_option("--bind", settings.bind, "address to listen on [default: 127.0.0.1, this machine alone]")
      ->option_text("ADDRESS")
      ->group(door);
  parser
      .add_option("--token-file", arguments.token_file,
                  "file whose first line every request must carry: `Authorization: Bearer TOKEN`, or as the "
                  "password of Basic")
      ->option_text("FILE")
      ->group(door);
  parser.add_flag("--no-token", arguments.no_token, "allow --bind elsewhere without a token")->group(door);
  parser
      .add_option(
          "--allow-host", settings.host_names,
          "another name in the Host header that requests to a loopback address may carry; may be repeated")
      ->option_text("NAME")
      ->expected(1)
      ->take_all()
      ->group(door);
  parser
      .add_option("--allow-fetch", arguments.fetch_hosts,
                  "host whose images requests may name by their address: HOST[:PORT] over https, or "
                  "http://HOST[:PORT]; may be repeated [default: no address is fetched]")
      ->option_text("HOST")
      ->expected(1)
      ->take_all()
      ->group(door);
  parser
      .add_option(
          "--workers", arguments.workers,
          "images computed at once; --threads is shared out between them [default: one for four threads, at "
          "most 4]")
      ->option_text("N")
      ->group(work)
      ->check(in_range(1, 256));
  parser
      .add_option("--queue", arguments.queue,
                  "most requests that wait or arrive; more are answered 503 [default: 64]")
      ->option_text("N")
      ->group(work)
      ->check(in_range(1, 100000));
  parser
      .add_option("--timeout", settings.timeout,
                  "seconds from a request to its answer, then 504 [default: 120]")
      ->option_text("SECONDS")
      ->group(work)
      ->check(in_range(0.01, 86400));
  parser
      .add_option("--receive-timeout", settings.receive_timeout,
                  "seconds in which a body must arrive, and an answer be taken [default: 60]")
      ->option_text("SECONDS")
      ->group(limits)
      ->check(in_range(0.01, 86400));
  parser
      .add_option(
          "--idle-timeout", settings.idle_timeout,
          "seconds in which a request's head must arrive, also the next one of a connection [default: 30]")
      ->option_text("SECONDS")
      ->group(limits)
      ->check(in_range(0.01, 86400));
  parser.add_option("--max-body", arguments.max_body, "largest body [default: 32M]")
      ->option_text("BYTES")
      ->group(limits);
  parser
      .add_option("--max-pixels", settings.max_pixels,
                  "largest image, as it is and after resizing [default: 40000000]")
      ->option_text("N")
      ->group(limits)
      ->check(in_range(1, 1e12));
  parser.add_option("--max-classes", settings.max_classes, "most classes of a request [default: 5000]")
      ->option_text("N")
      ->group(limits)
      ->check(in_range(1, 65535));
  parser
      .add_option("--max-connections", arguments.connections,
                  "most clients at once; others wait [default: 1024]")
      ->option_text("N")
      ->group(limits)
      ->check(in_range(1, 100000));
  parser.add_option("--sessions", arguments.sessions, "most kept sessions [default: 16]")
      ->option_text("N")
      ->group(limits)
      ->check(in_range(0, 100000));
  parser
      .add_option("--session-memory", arguments.session_memory, "most memory of all of them [default: 512M]")
      ->option_text("BYTES")
      ->group(limits);
  parser
      .add_option("--session-time", settings.session_seconds,
                  "seconds after its last use that a session is kept [default: 900]")
      ->option_text("SECONDS")
      ->group(limits)
      ->check(in_range(0.01, 1e6));
  parser.add_flag("-q,--quiet", arguments.quiet, "only the address and errors");
}

int run(ServeArguments& arguments) {
  const auto settings = resolve(arguments);
  for (const auto& model : settings.models) arguments.model.hub.fetch(model.path, arguments.quiet);
  stop_between_steps({"finishing the requests that wait and run",
                      [] { return std::string("requests were left unanswered"); }});
  serve::ServerEvents events;
  events.listening = [&](const std::string& address) {
    print_result(fmt::format("listening on {}\n", address));
    if (!arguments.quiet)
      print_note(fmt::format("{} of {} threads; Ctrl-C ends",
                             settings.workers == 1 ? "1 worker" : fmt::format("{} workers", settings.workers),
                             settings.model_options.threads));
  };
  events.stop = [] { return interrupt_signal() != 0; };
  serve::run_server(settings, events);
  return 0;
}

}  // namespace

Command add_serve(CLI::App& program) {
  const auto arguments = std::make_shared<ServeArguments>();
  CLI::App* parser =
      program.add_subcommand("serve", "Answer requests for masks over HTTP, with a page for browsers")
          ->group("Commands");
  add_options(*parser, *arguments);
  parser->footer(kFooter);
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
