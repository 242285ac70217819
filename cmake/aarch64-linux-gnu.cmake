# SPDX-License-Identifier: MIT
# Toolchain file: arm64 Linux on a Debian machine of another kind. What is built runs under qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

set(triple aarch64-linux-gnu)
foreach(tool IN ITEMS ${triple}-gcc ${triple}-g++ qemu-aarch64)
  find_program(NLA_${tool} ${tool})
  mark_as_advanced(NLA_${tool})
  if(NOT NLA_${tool})
    message(
      FATAL_ERROR
        "${tool} is missing. sudo apt-get install --no-install-recommends gcc-aarch64-linux-gnu "
        "g++-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user googletest")
  endif()
endforeach()
set(CMAKE_C_COMPILER ${triple}-gcc)
set(CMAKE_ASM_COMPILER ${triple}-gcc)
set(CMAKE_CXX_COMPILER ${triple}-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR "${NLA_qemu-aarch64};-L;/usr/${triple}")

# Headers and libraries of that machine only; programs, python for one, of this one.
set(CMAKE_FIND_ROOT_PATH /usr/${triple})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
