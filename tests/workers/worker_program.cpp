// One worker that plays a part: worker_program PART JOIN_TIMEOUT_MS SILENCE_MS DEVICE, its rank and so on in
// the environment. It prints a line for everything that a test may want to know, and what the library throws.
#include <cstdlib>
#include <iostream>
#include <thread>

#include "relprompt/error.h"

#include "workers/workers.h"

namespace {

using relprompt::workers::Workers;

void say(const std::string& line) {
  std::cout << line << std::endl;
}

std::string bits_of(const torch::Tensor& tensor) {
  constexpr char kDigits[] = "0123456789abcdef";
  const torch::Tensor flat = tensor.contiguous().view({-1});
  const auto* const bytes = static_cast<const unsigned char*>(flat.data_ptr());
  std::string hex;
  for (std::int64_t i = 0; i < flat.numel() * static_cast<std::int64_t>(flat.element_size()); ++i) {
    hex += kDigits[bytes[i] >> 4];
    hex += kDigits[bytes[i] & 15];
  }
  return hex;
}

void say_all(const char* title, const std::vector<torch::Tensor>& tensors) {
  for (const torch::Tensor& tensor : tensors) say(std::string(title) + " " + bits_of(tensor));
}

/// Numbers whose sum depends on the order of adding.
torch::Tensor awkward(std::size_t rank, std::int64_t count) {
  const torch::Tensor steps = torch::arange(1, count + 1, torch::kFloat);
  return torch::sin(steps * static_cast<double>(rank + 1)) * torch::exp2(steps.remainder(23) - 11);
}

std::vector<torch::Tensor> mixture(std::size_t rank) {
  const auto factor = static_cast<std::int64_t>(rank + 1);
  return {torch::full({2, 2}, factor, torch::kFloat),
          torch::arange(3, torch::kInt64) * factor,
          torch::full({2}, factor, torch::kBFloat16),
          torch::empty({0, 4}, torch::kFloat),
          torch::full({2}, 0.5 * static_cast<double>(factor), torch::kDouble),
          (torch::arange(6, torch::kFloat).view({2, 3}) * factor).t()};
}

/// Operations on a device, between which numbers are only copied: all that the stand-in for GPUs can do.
void copies(Workers& workers, const torch::Device& device) {
  const auto factor = static_cast<double>(workers.rank() + 1);
  std::vector<torch::Tensor> tensors{awkward(workers.rank(), 1001).to(device),
                                     torch::full({2, 2}, factor).to(device), torch::arange(3).to(device),
                                     torch::full({2}, 0.5 * factor, torch::kDouble).to(device)};
  workers.all_reduce(tensors);
  for (const torch::Tensor& tensor : tensors) say_all("sum", {tensor.cpu()});
  tensors = {torch::full({2}, factor).to(device),
             torch::full({3}, workers.rank() == 0, torch::kBool).to(device)};
  workers.broadcast(tensors);
  for (const torch::Tensor& tensor : tensors) say_all("broadcast", {tensor.cpu()});
  workers.barrier();
}

void operations(Workers& workers) {
  std::vector<torch::Tensor> sums{awkward(workers.rank(), 1001)};
  workers.all_reduce(sums);
  say_all("sum", sums);

  auto tensors = mixture(workers.rank());
  workers.all_reduce(tensors);
  say_all("mixture", tensors);
  tensors = mixture(workers.rank());
  tensors.push_back(torch::full({3}, workers.rank() == 0, torch::kBool));
  workers.broadcast(tensors);
  say_all("broadcast", tensors);

  auto leaf = torch::full({2}, static_cast<double>(workers.rank()), torch::requires_grad());
  std::vector<torch::Tensor> leaves{leaf};
  workers.broadcast(leaves);
  say_all("leaf", {leaf.detach()});

  const std::string name = "text of " + std::to_string(workers.rank());
  for (const std::string& text : workers.gather(workers.rank() == 1 ? "" : name))
    say("gathered '" + text + "'");
  const std::string large(3'000'000 + workers.rank(), static_cast<char>('a' + workers.rank()));
  const auto texts = workers.gather(large);
  for (std::size_t rank = 0; rank < texts.size(); ++rank) {
    const bool right = texts[rank] == std::string(3'000'000 + rank, static_cast<char>('a' + rank));
    say(std::string("large ") + (right ? "right" : "wrong"));
  }
  say("shared '" + workers.broadcast_text(name) + "'");
  say("shared nothing '" + workers.broadcast_text(workers.rank() == 0 ? "" : "something") + "'");
  workers.barrier();
  workers.check();
}

[[noreturn]] void step_for_ever(Workers& workers, const torch::Device& device) {
  std::vector<torch::Tensor> gradients{torch::ones({100000}).to(device)};
  workers.all_reduce(gradients);
  say("ready");
  for (;;) workers.all_reduce(gradients);
}

void play(const std::string& part, Workers& workers, const relprompt::workers::Options& options) {
  const bool second = workers.rank() == 1;
  if (part == "operations") return operations(workers);
  if (part == "copies") return copies(workers, options.device);
  if (part == "step") step_for_ever(workers, options.device);
  workers.barrier();
  say("ready");
  if (part == "look" && !second) {  // works alone, and looks now and then
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds(10))) workers.check();
  }
  if (part == "look") step_for_ever(workers, options.device);
  if (part == "slow") {  // busy for longer than the heartbeat timeout
    const auto end = std::chrono::steady_clock::now() + 2 * options.heartbeat_timeout;
    while (second && std::chrono::steady_clock::now() < end) workers.check();
    return workers.barrier();
  }
  if (part == "fail-1" && second) throw std::runtime_error("disk full");
  if (part == "fail-0" && workers.rank() == 0) throw std::runtime_error("disk full");
  if (part == "vanish" && second) return;  // ends as if all were done
  step_for_ever(workers, options.device);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  relprompt::workers::Options options;
  options.join_timeout = std::chrono::milliseconds(std::atoi(argv[2]));
  options.heartbeat_timeout = std::chrono::milliseconds(std::atoi(argv[3]));
  options.heartbeat_interval = options.heartbeat_timeout / 20;
  options.device = torch::Device(argv[4]);
  torch::set_num_threads(1);
  try {
    const auto workers = relprompt::workers::join(relprompt::processes::environment(), options);
    try {
      play(argv[1], *workers, options);
    } catch (const std::exception& error) {
      workers->leave(error.what());
      throw;
    }
  } catch (const relprompt::Error& error) {
    say(std::string(relprompt::name_of(error.code())) + ": " + error.what());
    return relprompt::exit_status(error.code());
  } catch (const std::exception& error) {
    say(error.what());
    return 1;
  }
  say("done");
  return 0;
}
