// What the server says about itself.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"

namespace lake::gateway::wire {

struct Health {
  std::string status = "ok";
};

struct ComponentHealth {
  std::string component;
  bool ready = true;
  std::optional<std::string> code;
  std::optional<std::string> detail;
};

struct Readiness {
  bool ready = true;
  std::vector<ComponentHealth> components;
};

struct BuildVersion {
  std::string name = "lakehouse";
  std::string version;
  std::string revision;
  std::string engine;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::Health> {
  using T = lake::gateway::wire::Health;
  static constexpr std::string_view kName = "Health";
  static constexpr auto kFields =
      std::tuple{Required("status", &T::status, "Always ok: the process answers.")};
};
template <>
struct lake::Describe<lake::gateway::wire::ComponentHealth> {
  using T = lake::gateway::wire::ComponentHealth;
  static constexpr std::string_view kName = "ComponentHealth";
  static constexpr auto kFields = std::tuple{
      Required("component", &T::component, "Its name."), Required("ready", &T::ready, "It works."),
      Optional("code", &T::code, "Slug of what is wrong."), Optional("detail", &T::detail, "What is wrong.")};
};
template <>
struct lake::Describe<lake::gateway::wire::Readiness> {
  using T = lake::gateway::wire::Readiness;
  static constexpr std::string_view kName = "Readiness";
  static constexpr auto kFields = std::tuple{Required("ready", &T::ready, "Every component works."),
                                             Required("components", &T::components, "One by one.")};
};
template <>
struct lake::Describe<lake::gateway::wire::BuildVersion> {
  using T = lake::gateway::wire::BuildVersion;
  static constexpr std::string_view kName = "BuildVersion";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Name of the product."), Required("version", &T::version, "Its version."),
      Required("revision", &T::revision, "Source revision it was built from."),
      Required("engine", &T::engine, "Version of the SQL engine.")};
};
