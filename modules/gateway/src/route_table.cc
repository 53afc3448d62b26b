#include "route_table.h"

#include <algorithm>
#include <map>
#include <set>

#include "lake/common/check.h"
#include "text.h"

namespace lake::gateway::internal {

struct RouteTable::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> rest;
  std::map<Method, const BoundRoute*> routes;

  const BoundRoute* RouteOf(Method method) const {
    const auto found = routes.find(method);
    if (found != routes.end()) return found->second;
    return method == Method::kHead ? RouteOf(Method::kGet) : nullptr;
  }
};

namespace {

std::string JoinFrom(std::span<const std::string> segments) {
  std::string joined;
  for (const std::string& segment : segments) joined.append(joined.empty() ? "" : "/").append(segment);
  return joined;
}

/// Walks the tree for one request.
template <class Node>
class Walk {
 public:
  Walk(Method method, std::span<const std::string> segments) : method_(method), segments_(segments) {}

  bool Visit(const Node& node, size_t depth) {
    if (depth == segments_.size()) return Accept(node);
    const std::string& segment = segments_[depth];
    const auto literal = node.literals.find(segment);
    if (literal != node.literals.end() && Visit(*literal->second, depth + 1)) return true;
    if (node.parameter && !segment.empty() &&
        With(segment, [&] { return Visit(*node.parameter, depth + 1); }))
      return true;
    return node.rest && !(segment.empty() && depth + 1 == segments_.size()) &&
           With(JoinFrom(segments_.subspan(depth)), [&] { return Accept(*node.rest); });
  }

  RouteMatch Finish() && {
    RouteMatch match;
    match.route = found_;
    match.allowed.assign(allowed_.begin(), allowed_.end());
    if (found_ == nullptr) return match;
    for (size_t i = 0; i < values_.size(); ++i)
      match.values.emplace_back(found_->path_parameters[i], std::move(values_[i]));
    return match;
  }

 private:
  bool Accept(const Node& node) {
    found_ = node.RouteOf(method_);
    for (const auto& [method, route] : node.routes) allowed_.insert(method);
    return found_ != nullptr;
  }
  template <class Step>
  bool With(std::string value, Step step) {
    values_.push_back(std::move(value));
    if (step()) return true;
    values_.pop_back();
    return false;
  }

  const Method method_;
  const std::span<const std::string> segments_;
  std::vector<std::string> values_;
  std::set<Method> allowed_;
  const BoundRoute* found_ = nullptr;
};

}  // namespace

RouteTable::RouteTable() : root_(std::make_unique<Node>()) {}
RouteTable::~RouteTable() = default;

RouteTable::Node& RouteTable::Descend(BoundRoute& route) {
  LAKE_CHECK(route.path.starts_with('/'));
  Node* node = root_.get();
  std::string_view rest = std::string_view(route.path).substr(1);
  while (!rest.empty()) {
    const std::string_view segment = CutAt('/', &rest);
    LAKE_CHECK(!segment.empty());
    if (!segment.starts_with('{')) {
      std::unique_ptr<Node>& next = node->literals[std::string(segment)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
      continue;
    }
    const bool takes_rest = segment.starts_with("{*");
    LAKE_CHECK(segment.ends_with('}') && (!takes_rest || rest.empty()));
    std::unique_ptr<Node>& next = takes_rest ? node->rest : node->parameter;
    if (!next) next = std::make_unique<Node>();
    node = next.get();
    const size_t before = takes_rest ? 2 : 1;
    route.path_parameters.emplace_back(segment.substr(before, segment.size() - before - 1));
  }
  return *node;
}

BoundRoute& RouteTable::Add(BoundRoute route) {
  LAKE_CHECK(route.method != Method::kOptions);  // Answered by the server for every path.
  BoundRoute& stored = *all_.emplace_back(std::make_unique<BoundRoute>(std::move(route)));
  Node& node = Descend(stored);
  for (const std::string& name : stored.path_parameters)  // Each is a field of the request struct.
    LAKE_CHECK(std::ranges::find(stored.parameters, name, &ParameterShape::name) != stored.parameters.end());
  LAKE_CHECK(node.routes.emplace(stored.method, &stored).second);  // Registered twice.
  return stored;
}

RouteMatch RouteTable::Find(Method method, std::span<const std::string> segments) const {
  Walk<Node> walk(method, segments);
  walk.Visit(*root_, 0);
  return std::move(walk).Finish();
}

}  // namespace lake::gateway::internal
