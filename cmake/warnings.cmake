# Warnings are said once, here; every target of ours links lake_warnings privately.
add_library(lake_warnings INTERFACE)
target_compile_options(lake_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                       -Woverloaded-virtual
                       # A designated initialiser names what differs from the defaults; the rest is meant.
                       -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(lake_warnings INTERFACE -Wthread-safety -Wthread-safety-beta)
else()
  # g++ 12 reports these inside libstdc++ and Boost at -O2, where nothing is wrong.
  target_compile_options(lake_warnings INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer
                         -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(LAKE_WERROR)
  target_compile_options(lake_warnings INTERFACE -Werror)
endif()
