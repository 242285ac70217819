// SPDX-License-Identifier: MIT
// Work for a compiler: compiled by the demonstration, never run. It wants the whole standard
// library and instantiates a good deal of it.
#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

template <int N> struct Record
{
    std::map<std::string, std::vector<std::optional<double>>> columns;
    std::unordered_map<long, std::unique_ptr<Record>> children;
    std::variant<int, std::string, std::tuple<char, long, Record *>> value;

    double sum(const std::string &name) const
    {
        auto found = columns.find(name);
        double total = N;
        if (found != columns.end())
            for (const auto &cell : found->second)
                total += cell.value_or(0.5);
        for (const auto &[key, child] : children)
            total += child->sum(name + std::to_string(key));
        return total;
    }

    std::vector<std::string> sorted() const
    {
        std::vector<std::string> names;
        for (const auto &[name, cells] : columns)
            names.push_back(name + std::to_string(cells.size() * N));
        std::sort(names.begin(), names.end(),
                  [](const auto &a, const auto &b)
                  { return a.size() + N < b.size() || (a.size() == b.size() && a < b); });
        return names;
    }
};

template <int N> double use(std::mt19937_64 &random)
{
    Record<N> record;
    for (int i = 0; i < N; i++)
        record.columns[std::to_string(random())].emplace_back(i * 0.25);
    std::ostringstream out;
    for (const auto &name : record.sorted())
        out << std::setw(N % 20) << name << '\n';
    return record.sum(out.str());
}

template <int... N> double use_all(std::integer_sequence<int, N...>)
{
    std::mt19937_64 random(1);
    return (use<N>(random) + ...);
}

int main()
{
    std::regex words("([a-z]+)[0-9]*", std::regex::icase);
    std::string text = "one2 three4";
    auto count = std::distance(std::sregex_iterator(text.begin(), text.end(), words),
                               std::sregex_iterator());
    auto later =
        std::async([count] { return use_all(std::make_integer_sequence<int, 6>()) + count; });
    std::cout << later.get() << '\n';
}
