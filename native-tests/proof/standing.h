// SPDX-License-Identifier: MIT
//
// A thread that can be made to stand still at a random instruction of a random path, for as long as
// others like, and that then goes on and settles.
#ifndef NOLOCKALLOC_PROOF_STANDING_H
#define NOLOCKALLOC_PROOF_STANDING_H

#include "interruption.h"
#include "servant.h"
#include "signals.h"

#include <memory>
#include <vector>

namespace proof
{
class Standing
{
  public:
    Standing();

    bool is_ready(const Door &door); // traces the paths, the first time

    // Returns whether it stands: it may have been past the instruction without meeting it.
    bool stop_at_random(Random &random);
    std::string go_on(); // "" if all of its objects are right
    std::string describe() const;

    // In a forked child this thread is no more: its objects are freed by another.
    void free_all_in_child();

    static std::vector<Standing *> &all();

  private:
    static void stand(void *self, size_t);

    Servant _servant;
    std::vector<std::unique_ptr<Interruption>> _paths;
    Interruption *_now = nullptr;
    size_t _index = 0;
    bool _stands = false;
    sem_t _stopped, _goes_on;
};
} // namespace proof

#endif
