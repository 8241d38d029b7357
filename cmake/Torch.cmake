# LibTorch as one SYSTEM target, and the one precompiled torch/torch.h that every torch target reuses.
find_package(Torch REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)

add_library(relprompt_torch INTERFACE)
target_include_directories(relprompt_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(relprompt_torch INTERFACE ${TORCH_LIBRARIES} OpenMP::OpenMP_CXX)

file(WRITE ${CMAKE_BINARY_DIR}/torch_pch.cpp "")
add_library(relprompt_torch_pch OBJECT ${CMAKE_BINARY_DIR}/torch_pch.cpp)
target_link_libraries(relprompt_torch_pch PRIVATE relprompt_options relprompt_torch)
target_precompile_headers(relprompt_torch_pch PRIVATE <torch/torch.h>)
