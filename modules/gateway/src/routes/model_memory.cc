#include <chrono>
#include <utility>

#include "elapsed.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/model_memory.h"
#include "lake/models/provider.h"

namespace lake::gateway {
namespace {

using access::Request;
using models::Provider;
using Clock = std::chrono::steady_clock;

Result<wire::ModelLoading> Preload(Provider& models, const Request& request, const wire::NamedModel& named) {
  const Clock::time_point started = Clock::now();
  LAKE_RETURN_IF_ERROR(models.LoadModel(request.context, named.model));
  return wire::ModelLoading{.model = named.model, .loaded = true, .elapsed_ms = MillisSince(started)};
}

Result<wire::ModelLoading> Unload(Provider& models, const Request& request, const wire::NamedModel& named) {
  const Clock::time_point started = Clock::now();
  LAKE_RETURN_IF_ERROR(models.UnloadModel(request.context, named.model));
  return wire::ModelLoading{.model = named.model, .loaded = false, .elapsed_ms = MillisSince(started)};
}

wire::ProviderMemory ToWire(models::ProviderMemory memory) {
  wire::ProviderMemory wire = {.provider = std::move(memory.provider),
                               .models = {},
                               .limit_bytes = memory.limit_bytes,
                               .problem = std::move(memory.problem)};
  for (models::LoadedModel& model : memory.models)
    wire.models.push_back({.name = std::move(model.name),
                           .size_bytes = model.size_bytes,
                           .gpu_bytes = model.gpu_bytes,
                           .context_tokens = model.context_tokens,
                           .expires_at = std::move(model.expires_at)});
  return wire;
}

wire::ModelMemory Memory(Provider& models, const GpuReader& read_gpus, const Request& request) {
  wire::ModelMemory memory;
  for (models::ProviderMemory& provider : models.Memory(request.context))
    memory.providers.push_back(ToWire(std::move(provider)));
  Result<std::vector<models::GpuMemory>> gpus = read_gpus(request.context);
  if (!gpus.ok()) {
    memory.gpu_problem = gpus.error().message();
    return memory;
  }
  for (models::GpuMemory& gpu : *gpus)
    memory.gpus.push_back(
        {.name = std::move(gpu.name), .total_bytes = gpu.total_bytes, .used_bytes = gpu.used_bytes});
  return memory;
}

}  // namespace

void AddModelMemoryRoutes(Api& api, Provider& models, GpuReader read_gpus) {
  api.Add<wire::NamedModel, wire::ModelLoading>(
      {Method::kPost, "/admin/preload", "Take a model into memory before it is needed.", Permission::kAdmin},
      [&models](const Request& request, const wire::NamedModel& named) {
        return Preload(models, request, named);
      });
  api.Add<wire::NamedModel, wire::ModelLoading>(
      {Method::kPost, "/admin/unload", "Free the memory of a model; it is loaded again when it is needed.",
       Permission::kAdmin},
      [&models](const Request& request, const wire::NamedModel& named) {
        return Unload(models, request, named);
      });
  api.Add<Nothing, wire::ModelMemory>(
      {Method::kGet, "/admin/vram", "Show what models take, here, at their providers and on the GPUs.",
       Permission::kAdmin},
      [&models, read_gpus = std::move(read_gpus)](const Request& request, Nothing)
          -> Result<wire::ModelMemory> { return Memory(models, read_gpus, request); });
}

}  // namespace lake::gateway
