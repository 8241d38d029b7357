# LibTorch of a Python package, without the CUDA toolkit that its own CMake files ask for: nothing here is compiled by
# nvcc. scripts/gpu/building.py takes this where those fail. RELPROMPT_PYTHON_TORCH: the package's folder.
set(TORCH_INCLUDE_DIRS ${RELPROMPT_PYTHON_TORCH}/include ${RELPROMPT_PYTHON_TORCH}/include/torch/csrc/api/include)
set(TORCH_LIBRARIES "")
foreach(name torch torch_cpu torch_cuda c10 c10_cuda)
  set(library ${RELPROMPT_PYTHON_TORCH}/lib/lib${name}.so)
  if(EXISTS ${library})
    # A target, so that the build sees whether CUDA is in it; kept although no name of it is used: what it registers when
    # it is loaded is what makes a GPU available.
    add_library(${name} INTERFACE IMPORTED)
    set_target_properties(${name} PROPERTIES
      INTERFACE_LINK_LIBRARIES "-Wl,--push-state,--no-as-needed,\"${library}\" -Wl,--pop-state;-Wl,-rpath,${RELPROMPT_PYTHON_TORCH}/lib")
    list(APPEND TORCH_LIBRARIES ${name})
  endif()
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Torch REQUIRED_VARS TORCH_LIBRARIES TORCH_INCLUDE_DIRS)
