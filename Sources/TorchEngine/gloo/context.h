// Declarations of gloo that libtorch's ProcessGroupGloo.hpp names and its wheel does not ship. The
// class holds pointers to them; nothing here is ever made or called by Mien.
#pragma once

#include <chrono>

namespace gloo {

class Context {
  public:
    void setTimeout(std::chrono::milliseconds timeout);
};

}  // namespace gloo
