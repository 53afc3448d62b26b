// Finding the route of a request. A literal segment goes before a parameter, a parameter before "{*rest}";
// when the nearer one does not have the method, the next is tried.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bound_route.h"

namespace lake::gateway::internal {

struct RouteMatch {
  const BoundRoute* route = nullptr;  ///< Null: no route, see `allowed`.
  PathValues values;
  std::vector<Method> allowed;  ///< When there is no route: methods that the path has; none = no such path.
};

class RouteTable {
 public:
  RouteTable();
  ~RouteTable();

  /// A second route of the same method and shape of path stops the process: it is a bug of ours.
  BoundRoute& Add(BoundRoute route);
  /// A HEAD request finds the GET route when there is none of its own.
  RouteMatch Find(Method method, std::span<const std::string> segments) const;
  /// In the order they were added.
  const std::vector<std::unique_ptr<BoundRoute>>& all() const { return all_; }

 private:
  struct Node;
  Node& Descend(BoundRoute& route);

  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<BoundRoute>> all_;
};

}  // namespace lake::gateway::internal
