# SPDX-License-Identifier: MIT
# nla_warn(target): the warnings of every C and C++ target of this project, and of nobody else's.

option(NOLOCKALLOC_WERROR "Warnings are errors" OFF)

function(nla_warn target)
  target_compile_options(
    ${target}
    PRIVATE
      $<$<COMPILE_LANGUAGE:C,CXX>:-Wall;-Wextra;-Wshadow;-Wconversion;-Wundef;-Wvla>
      $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes>
      $<$<AND:$<BOOL:${NOLOCKALLOC_WERROR}>,$<COMPILE_LANGUAGE:C,CXX>>:-Werror>)
endfunction()
