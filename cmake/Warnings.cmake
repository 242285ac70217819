# SPDX-License-Identifier: MIT
# nla_warn(target): the warnings of every C and C++ target of this project, and of nobody else's.

option(NOLOCKALLOC_WERROR "Warnings are errors" OFF)

# -Wshadow for C only: in C++ it dislikes that nolockalloc_stats is a struct and a function, as stat
# is in POSIX.
function(nla_warn target)
  target_compile_options(
    ${target}
    PRIVATE
      $<$<COMPILE_LANGUAGE:C,CXX>:-Wall;-Wextra;-Wconversion;-Wundef;-Wvla>
      $<$<COMPILE_LANGUAGE:C>:-Wshadow;-Wstrict-prototypes;-Wmissing-prototypes>
      $<$<AND:$<BOOL:${NOLOCKALLOC_WERROR}>,$<COMPILE_LANGUAGE:C,CXX>>:-Werror>)
endfunction()
