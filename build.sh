#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./build.sh WORD: checks the tools, then lets CMake do it. build.ps1 is the twin for PowerShell;
# the test `twins` compares the two tables of words. What a word does stands in CMakePresets.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
export PATH="$PATH:${HOME:-/root}/.dotnet" # where dotnet-install.sh puts the SDK

# ---- The tools ----------------------------------------------------------------------------------

has_command() { command -v "$1" >/dev/null 2>&1; }
has_header() { has_command g++ && g++ -E -x c++ -include "$1" /dev/null >/dev/null 2>&1; }
has_sdk() { has_command dotnet && dotnet --version >/dev/null 2>&1; } # it obeys global.json

# The Debian packages that are not there, by the command or the header that is missing.
missing_packages() {
  has_command cmake || echo cmake
  has_command ninja || echo ninja-build
  has_command g++ || echo g++
  has_command objcopy || echo binutils
  has_command pkg-config || echo pkg-config
  has_header gtest/gtest.h || echo libgtest-dev
  has_header benchmark/benchmark.h || echo libbenchmark-dev
  [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki ] || echo ca-certificates
}

install_packages() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
  fi
  echo "build.sh: these Debian packages are missing: $*"
  if has_command apt-get && "${as_root[@]}" true 2>/dev/null; then
    echo "build.sh: installing them"
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -q --no-install-recommends "$@"
  else
    echo "build.sh: install them, then call again:"
    echo "  sudo apt-get install --no-install-recommends $*"
    exit 1
  fi
}

check_tools() {
  local missing
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} != 0 ]; then
    install_packages "${missing[@]}"
  fi
  if ! has_sdk; then
    echo "build.sh: the .NET SDK 10 is missing, in the version that global.json asks for."
    echo "  Debian has no package of it. Take the script dotnet-install.sh from Microsoft's page"
    echo "  \"Install .NET on Linux\", run 'bash dotnet-install.sh --channel 10.0', and call again."
    echo "  (Ubuntu has one: sudo apt-get install dotnet-sdk-10.0)"
    exit 1
  fi
}

# ---- The words ----------------------------------------------------------------------------------

usage() {
  cat <<'TEXT'
usage: ./build.sh WORD
  demo              build, then profile a real program from inside its signal handlers
  bench             build, then compare the cost of a call with other allocators; NLA_BENCH says more
  test              build, then run every test
  proof             build, then interrupt, abandon, fork and stop calls at every instruction
  soak              build, then run everything at once for 20 minutes, or NLA_SOAK_MINUTES
  release           build build/release/libnolockalloc.so and libnolockalloc.a
  install [PREFIX]  build and install, into /usr/local if no PREFIX is given
  clean             remove everything that was built
  dev, hardened, lockdep, asan-ubsan, valgrind, arm64   build and test in that way: see CMakePresets.json
TEXT
}

preset() {
  check_tools
  cmake --workflow --preset "$1"
}

install_to() {
  cmake --install build/release --prefix "$1"
}

remove_build() {
  rm -rf build artifacts
}

# One line a word, the same in build.ps1.
case "${1:-}" in
  demo) preset demo ;;
  bench) preset bench ;;
  test) preset test ;;
  proof) preset proof ;;
  soak) preset soak ;;
  release) preset release ;;
  dev) preset dev ;;
  hardened) preset hardened ;;
  lockdep) preset lockdep ;;
  asan-ubsan) preset asan-ubsan ;;
  valgrind) preset valgrind ;;
  arm64) preset arm64 ;;
  install) preset release; install_to "${2:-/usr/local}" ;;
  clean) remove_build ;;
  *) usage; exit 2 ;;
esac
