# LibTorch as one SYSTEM target, and the one precompiled torch/torch.h that every torch target reuses.
find_package(Torch REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)

add_library(relprompt_torch INTERFACE)
target_include_directories(relprompt_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(relprompt_torch INTERFACE ${TORCH_LIBRARIES} OpenMP::OpenMP_CXX)

# g++ 13 and 14 see a std::vector<bool> of LibTorch's autograd::Function::apply copied beyond its end, which it is
# not.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
  target_compile_options(relprompt_torch INTERFACE -Wno-array-bounds -Wno-stringop-overflow)
endif()

file(WRITE ${CMAKE_BINARY_DIR}/torch_pch.cpp "")
add_library(relprompt_torch_pch OBJECT ${CMAKE_BINARY_DIR}/torch_pch.cpp)
target_link_libraries(relprompt_torch_pch PRIVATE relprompt_options relprompt_torch)
target_precompile_headers(relprompt_torch_pch PRIVATE <torch/torch.h>)
