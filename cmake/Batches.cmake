# Whole builds from scratch, as continuous integration makes them, compile several files of a target in
# one go: what they include is read, and what templates become is compiled, once. While working, when one
# file has changed, that only takes longer. Names in the unnamed namespaces of neighbours must differ.
option(BACKFLOW_BATCHES "Compile several files in one go: quicker from scratch" OFF)

# backflow_in_batches(targets…)
function(backflow_in_batches)
  if(BACKFLOW_BATCHES)
    set_target_properties(${ARGN} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # It takes a file that is read with others for a header.
      foreach(target ${ARGN})
        target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
      endforeach()
    endif()
  endif()
endfunction()
