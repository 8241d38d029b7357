// LibTorch's switch for cuDNN, off: its convolutions are then kernels like others.
namespace at {

class Context {
 public:
  bool userEnabledCuDNN() const;
};

bool Context::userEnabledCuDNN() const {
  return false;
}

}  // namespace at
