// SPDX-License-Identifier: MIT
//
// nla_fuzz_replay FILE OR FOLDER ...: runs inputs that were kept, with any compiler. Exit code 1 at
// the first that shows something wrong.
#include "driver.h"
#include "footprint.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace
{
std::vector<std::filesystem::path> files_of(int argc, char **argv)
{
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < argc; i++)
    {
        if (!std::filesystem::is_directory(argv[i]))
            files.push_back(argv[i]);
        else
            for (const auto &entry : std::filesystem::directory_iterator(argv[i]))
                files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}
} // namespace

int main(int argc, char **argv)
{
    fuzz::set_options();
    std::vector<std::filesystem::path> files = files_of(argc, argv);
    for (const std::filesystem::path &file : files)
    {
        std::ifstream stream(file, std::ios::binary);
        std::vector<char> bytes((std::istreambuf_iterator<char>(stream)), {});
        const auto *data = reinterpret_cast<const uint8_t *>(bytes.data());
        std::string complaint = fuzz::Driver(data, bytes.size()).run();
        if (!complaint.empty())
        {
            fprintf(stderr, "%s: %s\n", file.c_str(), complaint.c_str());
            return 1;
        }
    }
    printf("%zu inputs, %zu different instructions of the library interrupted\n", files.size(),
           fuzz::instructions_noted());
    return files.empty();
}
