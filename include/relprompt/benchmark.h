// How fast a model is on this machine, and where its time goes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/export.h"
#include "relprompt/options.h"
#include "relprompt/segmenter.h"

namespace relprompt {

/// Median and what lies around it, milliseconds.
struct TimeSpread {
  double median = 0;          ///< of all runs
  double min = 0;             ///< shortest run
  double max = 0;             ///< longest run
  double lower_quartile = 0;  ///< a quarter of the runs is shorter
  double upper_quartile = 0;  ///< a quarter of the runs is longer
};

/// Time of one part of the network, median over the runs.
struct StageTime {
  std::string name;  ///< patch_embedding, attention, mlp, rpm, lpm, resize, or other: what is left
  double ms = 0;     ///< milliseconds
  double gflop = 0;  ///< arithmetic it cannot do without
  double mb = 0;     ///< 10^6 bytes that must come from or go to memory: weights, what enters and leaves it
};

/// What the numbers depend on beside the options.
struct MachineFacts {
  std::string cpu;                        ///< as the processor names itself; empty if unknown
  int cores = 0;                          ///< that this process may use
  std::vector<std::string> instructions;  ///< of those that the kernels know: avx2, avx512f, ...
  std::string compiler;                   ///< name and version
  std::string build;                      ///< type, such as Release
  std::string onednn;                     ///< version and hash of the library
};

/// A window is timed from the normalised image to its label map at the window's own size: patch embedding,
/// all layers with their prompts, projection, then the best class of every pixel. Not in it: decoding and
/// resizing the image, and the text tower. Times are a batch's divided by its windows.
struct BenchmarkResult {
  TimeSpread window_ms;            ///< of one window
  double batch_ms = 0;             ///< median of a whole batch
  double gflop = 0;                ///< arithmetic of a window: products and convolutions, a multiply-add is 2
  double gflops = 0;               ///< gflop by the median, GFLOP/s
  double load_ms = 0;              ///< opening the model, until it is ready for classes
  double peak_mb = 0;              ///< largest resident memory of the process so far, 10^6 bytes
  std::vector<StageTime> stages;   ///< of one window; empty on CUDA, where kernels run on their own
  std::string model;               ///< as it was named
  std::string precision;           ///< fp32, bf16 or int8
  std::string device;              ///< cpu or cuda:N
  std::vector<std::string> notes;  ///< see Model::notes
  int threads = 0;                 ///< of the CPU
  int classes = 0;                 ///< names
  int window = 0;                  ///< pixels a side
  int batch = 0;                   ///< windows computed together
  int repeat = 0;                  ///< runs
  MachineFacts machine;            ///< where it was measured

  /// GFLOP/s of the plain product of this precision, measured between the runs on the shapes of the network's
  /// linear layers, each weighted by its share; int8's includes rounding its rows. Absent on CUDA.
  std::optional<double> matmul_gflops;
  std::string matmul_precision;  ///< of that product
  /// GFLOP/s of the fastest product or stage measured: no part of the network is above it. Absent on CUDA.
  std::optional<double> peak_gflops;
  std::optional<double> memory_rate;  ///< GB/s that the threads read from memory; absent on CUDA
};

/// Opens the model and times it. Throws Error as Segmenter's constructor does; kBadArgument for options out
/// of range.
RELPROMPT_API BenchmarkResult benchmark_model(const std::filesystem::path& model,
                                              const ModelOptions& model_options,
                                              const BenchmarkOptions& options);

}  // namespace relprompt
