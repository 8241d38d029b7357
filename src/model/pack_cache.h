// Packed weights kept on disk, so that opening a model again maps them instead of packing: that takes a
// fraction of the time, the pages are shared between processes, and the checkpoint is not read at all.
//
// A pack is believed when it lies in a folder that is the user's alone (base/private_folder.h), was packed
// from the files that are there now, for the products that this processor and library compute, and every
// checksum fits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/private_folder.h"
#include "model/model_files.h"
#include "model/pack_file.h"

namespace relprompt::model {

struct PackCacheRules {
  bool use = true;
  std::uint64_t least_bytes = std::uint64_t{16} << 20;  ///< smaller packs are made anew each time
  std::uint64_t most_bytes = std::uint64_t{4} << 30;    ///< of all packs; those not used for longest go first
};

/// The pack of one model, packed in one way.
class PackCache {
 public:
  /// parameters: all that decides the bytes besides the model's tensors. bytes: about the pack's size. The
  /// environment variable RELPROMPT_PACK_CACHE=off says that there is no cache. Throws Error(kBadArgument)
  /// for another word in it.
  PackCache(const ModelFiles& model, const std::string& parameters, std::uint64_t bytes,
            const PackCacheRules& rules);

  /// The pack, whole and of this model; nullptr if there is none. A note tells of one that is not believed.
  std::shared_ptr<const PackFile> open() const;

  /// Makes it by what `fill` writes. False, without calling fill, where another process is making it or
  /// nothing can be kept; false as well when the disk is full or the model's files have changed since they
  /// were opened. Throws what fill throws.
  bool write(const std::function<void(kernels::PackArchive&)>& fill) const;

 private:
  bool is_of_this_model(const PackOrigin& origin) const;
  void make_room() const;

  const ModelFiles& model_;
  PackCacheRules rules_;
  std::uint64_t bytes_;
  PackOrigin wanted_;  ///< without content, which takes reading all of the model
  std::string name_;
  std::optional<PrivateFolder> folder_;  ///< nothing: no cache
};

}  // namespace relprompt::model
