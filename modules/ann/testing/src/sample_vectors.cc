#include "lake/ann_testing/sample_vectors.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <span>
#include <thread>

#include "lake/common/seeded_numbers.h"

namespace lake::ann {
namespace {

/// Near normal numbers: sums of twelve uniform ones.
class Numbers {
 public:
  Numbers(uint64_t seed, uint64_t stream)
      : numbers_(seed * 0xd1342543de82ef95 + stream * 0x9e3779b97f4a7c15) {}

  double Uniform() { return numbers_.Uniform(); }
  size_t Below(size_t bound) { return numbers_.Below(bound); }
  float Normal() {
    constexpr uint64_t kMask = 0x1fffff;
    uint64_t sum = 0;
    for (int i = 0; i < 4; ++i) {
      const uint64_t bits = numbers_.Next();
      sum += (bits & kMask) + (bits >> 21 & kMask) + (bits >> 42 & kMask);
    }
    return static_cast<float>(static_cast<double>(sum) * 0x1p-21 - 6);
  }

 private:
  SeededNumbers numbers_;
};

constexpr uint64_t kWorldStream = ~uint64_t{0};

std::vector<float> Normals(Numbers* numbers, size_t count, float scale) {
  std::vector<float> made(count);
  for (float& value : made) value = numbers->Normal() * scale;
  return made;
}

/// Draws i with a probability proportional to (i + 1)^-exponent.
class Zipf {
 public:
  Zipf(size_t count, double exponent) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i)
      up_to_.push_back(sum += std::pow(static_cast<double>(i + 1), -exponent));
  }
  size_t Draw(Numbers* numbers) const {
    const double point = numbers->Uniform() * up_to_.back();
    return static_cast<size_t>(std::ranges::upper_bound(up_to_, point) - up_to_.begin());
  }
  size_t count() const { return up_to_.size(); }

 private:
  std::vector<double> up_to_;
};

/// A few latent dimensions with a power-law spectrum, spread over all dimensions by a random map.
class Latent {
 public:
  Latent(Numbers* numbers, size_t size, size_t dimensions, float exponent, float map_scale)
      : size_(size), dimensions_(dimensions), map_(Normals(numbers, size * dimensions, map_scale)) {
    for (size_t i = 0; i < size; ++i) spectrum_.push_back(std::pow(static_cast<float>(i + 1), -exponent));
  }
  size_t size() const { return size_; }
  float spectrum(size_t i) const { return spectrum_[i]; }
  void AddTo(std::span<const float> latent, float* vector) const {
    for (size_t i = 0; i < size_; ++i) {
      const float* column = &map_[i * dimensions_];
      for (size_t d = 0; d < dimensions_; ++d) vector[d] += latent[i] * column[d];
    }
  }

 private:
  size_t size_;
  size_t dimensions_;
  std::vector<float> map_;
  std::vector<float> spectrum_;
};

void Normalise(std::span<float> vector) {
  double squared = 0;
  for (const float value : vector) squared += double{value} * value;
  const auto factor = static_cast<float>(1 / std::sqrt(squared));
  for (float& value : vector) value *= factor;
}

/// Set A.
class Topics {
 public:
  explicit Topics(const SampleOptions& options)
      : options_(options),
        numbers_(options.seed, kWorldStream),
        latent_(&numbers_, 128, options.dimensions, 0.5F, 1 / std::sqrt(128.0F)),
        topic_(std::max<size_t>(64, options.rows / 200), 0.6),
        mean_(Normals(&numbers_, latent_.size(), 0.3F)),
        centres_(Normals(&numbers_, topic_.count() * latent_.size(), 1)) {}

  void Make(size_t row, std::span<float> vector) const {
    Numbers numbers(options_.seed, row);
    const float* centre = &centres_[topic_.Draw(&numbers) * latent_.size()];
    std::vector<float> latent(latent_.size());
    for (size_t i = 0; i < latent.size(); ++i)
      latent[i] = mean_[i] + latent_.spectrum(i) * (centre[i] + 0.7F * numbers.Normal());
    for (float& value : vector) value = 0.03F * numbers.Normal();
    latent_.AddTo(latent, vector.data());
    Normalise(vector);
  }

 private:
  SampleOptions options_;
  Numbers numbers_;
  Latent latent_;
  Zipf topic_;
  std::vector<float> mean_;
  std::vector<float> centres_;
};

/// Set B.
class Subtopics {
 public:
  explicit Subtopics(const SampleOptions& options)
      : options_(options),
        numbers_(options.seed, kWorldStream),
        per_dimension_(1 / std::sqrt(static_cast<float>(options.dimensions))),
        latent_(&numbers_, 256, options.dimensions, 0.4F, per_dimension_),
        mean_(Normals(&numbers_, options.dimensions, per_dimension_)),
        pick_(std::max<size_t>(256, options.rows / 150), 0.7) {
    constexpr size_t kTopicCount = 64;
    const std::vector<float> topics = Normals(&numbers_, kTopicCount * latent_.size(), 1);
    for (size_t s = 0; s < pick_.count(); ++s) {
      const float* topic = &topics[numbers_.Below(kTopicCount) * latent_.size()];
      spread_.push_back(std::exp(0.35F * numbers_.Normal()));
      for (size_t i = 0; i < latent_.size(); ++i) {
        centres_.push_back(0.55F * topic[i] + 0.55F * numbers_.Normal());
        activity_.push_back(numbers_.Below(4) == 0 ? 1.0F : 0.35F);
      }
    }
  }

  void Make(size_t row, std::span<float> vector) const {
    Numbers numbers(options_.seed, row);
    const bool is_query = row >= options_.rows;
    constexpr double kNearDuplicates = 0.03;
    if (!is_query && row > 100 && numbers.Uniform() < kNearDuplicates) {
      Make(numbers.Below(row), vector);
      for (float& value : vector) value += 0.02F * per_dimension_ * numbers.Normal();
    } else {
      MakeFresh(is_query, &numbers, vector);
    }
    Normalise(vector);
  }

 private:
  void MakeFresh(bool is_query, Numbers* numbers, std::span<float> vector) const {
    const size_t subtopic = pick_.Draw(numbers);
    const size_t begin = subtopic * latent_.size();
    std::vector<float> latent(latent_.size());
    for (size_t i = 0; i < latent.size(); ++i) {
      const float own = centres_[begin + i] + spread_[subtopic] * activity_[begin + i] * numbers->Normal();
      latent[i] = latent_.spectrum(i) * own;
      if (is_query) latent[i] = 0.85F * latent[i] + 0.25F * latent_.spectrum(i) * numbers->Normal();
      latent[i] *= 0.8F;
    }
    for (size_t d = 0; d < vector.size(); ++d)
      vector[d] = 2 * mean_[d] * (is_query ? 0.95F : 1.0F) + 0.4F * per_dimension_ * numbers->Normal();
    latent_.AddTo(latent, vector.data());
  }

  SampleOptions options_;
  Numbers numbers_;
  float per_dimension_;
  Latent latent_;
  std::vector<float> mean_;
  Zipf pick_;
  std::vector<float> spread_;
  std::vector<float> centres_;
  std::vector<float> activity_;
};

template <class World>
void Fill(const World& world, SampleVectors* sample) {
  constexpr size_t kRowsAtOnce = 64;
  const size_t count = sample->row_count + sample->query_count;
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t begin = next.fetch_add(kRowsAtOnce); begin < count; begin = next.fetch_add(kRowsAtOnce))
      for (size_t row = begin; row < std::min(count, begin + kRowsAtOnce); ++row)
        world.Make(row, std::span(sample->values).subspan(row * sample->dimensions, sample->dimensions));
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) threads.emplace_back(work);
  work();
}

}  // namespace

SampleVectors MakeSampleVectors(const SampleOptions& options) {
  SampleVectors sample = {.values = std::vector<float>((options.rows + options.queries) * options.dimensions),
                          .row_count = options.rows,
                          .query_count = options.queries,
                          .dimensions = options.dimensions};
  if (options.kind == SampleKind::kTopics)
    Fill(Topics(options), &sample);
  else
    Fill(Subtopics(options), &sample);
  return sample;
}

}  // namespace lake::ann
