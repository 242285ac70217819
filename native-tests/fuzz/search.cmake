# SPDX-License-Identifier: MIT
# Builds nla_fuzz with clang's libFuzzer and lets it search for NLA_FUZZ_SECONDS (600). New inputs go
# to ./found; one that shows something wrong goes to the current folder as crash-*.

set(missing "fuzz: libFuzzer is missing: install Debian's clang and libclang-rt-dev")
if(NOT CLANGXX)
  message(FATAL_ERROR "${missing}")
endif()
list(TRANSFORM INCLUDES PREPEND -I)
get_filename_component(folder "${LIBRARY}" DIRECTORY)
execute_process(
  COMMAND
    ${CLANGXX} -std=c++17 -g -O1 -fsanitize=fuzzer ${INCLUDES} ${SOURCES} ${SUPPORT} ${LIBRARY}
    -Wl,-rpath,${folder} -rdynamic -pthread -ldl -o nla_fuzz
  RESULT_VARIABLE failed
  ERROR_VARIABLE errors)
if(failed AND errors MATCHES "clang_rt.fuzzer")
  message(FATAL_ERROR "${missing}")
elseif(failed)
  message(FATAL_ERROR "fuzz: ${errors}")
endif()

set(seconds 600)
if(NOT "$ENV{NLA_FUZZ_SECONDS}" STREQUAL "")
  set(seconds $ENV{NLA_FUZZ_SECONDS})
endif()
file(MAKE_DIRECTORY found)
execute_process(COMMAND ./nla_fuzz -max_total_time=${seconds} -max_len=256 -timeout=30
                        -print_final_stats=1 found ${CORPUS} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "fuzz: something was found, see crash-* here")
endif()
