// An array of plain values in pages of 2 MiB where the kernel gives them: reads at random of a large table
// wait for the page walk otherwise. Zeroed.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace lake::ann {

template <class T>
class HugeArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  HugeArray() = default;
  /// Throws std::bad_alloc.
  explicit HugeArray(size_t size) : size_(size) {
    if (size == 0) return;
    void* mapped = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    madvise(mapped, bytes(), MADV_HUGEPAGE);  // A kernel without such pages says no, and small ones do.
    data_ = static_cast<T*>(mapped);
  }
  HugeArray(HugeArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  HugeArray& operator=(HugeArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~HugeArray() {
    if (data_ != nullptr) munmap(data_, bytes());
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  operator std::span<const T>() const { return {data_, size_}; }  // NOLINT: a view, as of any array

 private:
  /// Whole huge pages, so that the last one is one too.
  size_t bytes() const {
    constexpr size_t kHugePage = size_t{2} << 20;
    return (size_ * sizeof(T) + kHugePage - 1) / kHugePage * kHugePage;
  }

  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace lake::ann
