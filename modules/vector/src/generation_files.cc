#include "generation_files.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>
#include <vector>

#include "chunk_embedder.h"
#include "chunk_store.h"
#include "generation_storage.h"
#include "lake/ann/index.h"
#include "lake/common/seeded_numbers.h"
#include "recall.h"

namespace lake::vector {
namespace {

constexpr size_t kFileCopyBytes = 1u << 20;
/// More than are needed: a refresh drops those of documents that are gone, and should not have to make any.
constexpr size_t kSampledQuestions = kRecallQueries + kRecallQueries / 10;

/// Some of many, each as likely as another: Vitter's algorithm R.
class Sample {
 public:
  Sample(size_t size, uint64_t seed) : size_(size), random_(seed) {}

  struct Text {
    std::string doc_id;
    std::string text;
  };

  void Offer(std::string_view doc_id, std::string_view text) {
    ++offered_;
    if (texts_.size() < size_) {
      texts_.push_back({std::string(doc_id), std::string(text)});
      return;
    }
    if (const uint64_t place = random_.Next() % offered_; place < size_)
      texts_[place] = {std::string(doc_id), std::string(text)};
  }
  const std::vector<Text>& texts() const { return texts_; }

 private:
  const size_t size_;
  SeededNumbers random_;
  uint64_t offered_ = 0;
  std::vector<Text> texts_;
};

/// Removes the file when it goes.
struct TemporaryFile {
  explicit TemporaryFile(std::filesystem::path file) : path(std::move(file)) {}
  ~TemporaryFile() {
    std::error_code gone;
    std::filesystem::remove(path, gone);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path path;
};

class Files {
 public:
  Files(const Context& context, const FileParts& parts, const IndexJob& job, Material& material)
      : context_(context), parts_(parts), job_(job), material_(material) {}

  Result<Generation> Make() {
    const TemporaryFile texts(parts_.work_directory / (job_.generation + ".chunks"));
    LAKE_RETURN_IF_ERROR(ReadParts(texts.path));
    Generation generation = {.id = job_.generation,
                             .dataset_version = job_.dataset_version,
                             .deletions = job_.deletions,
                             .config = job_.config,
                             .chunks = ids_.size(),
                             .parts = static_cast<uint32_t>(material_.parts.count())};
    // First what may fail and is quick.
    LAKE_ASSIGN_OR_RETURN(const std::vector<float> questions, Questions());
    LAKE_ASSIGN_OR_RETURN(const ann::Index index, BuildGraph());
    LAKE_ASSIGN_OR_RETURN(generation.recall, Measure(index, questions));
    LAKE_ASSIGN_OR_RETURN(generation.chunk_store, PutFile(texts.path, "chunks.sqlite"));
    LAKE_ASSIGN_OR_RETURN(generation.segment, PutSegment(index));
    return generation;
  }

 private:
  Status ReadParts(const std::filesystem::path& texts) {
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<ChunkStoreWriter> writer, ChunkStoreWriter::Create(texts));
    // Grown as needed they would be there twice at the worst moment.
    LAKE_ASSIGN_OR_RETURN(const uint64_t rows, material_.parts.CountRows(context_));
    vectors_.reserve(rows * job_.model.dimensions);
    ids_.reserve(rows);
    LAKE_RETURN_IF_ERROR(
        material_.parts.ForEachRow(context_, job_.model.dimensions, [&](const PartRow& row) -> Status {
          vectors_.insert(vectors_.end(), row.vector.begin(), row.vector.end());
          ids_.push_back(ids_.size());
          sample_.Offer(row.doc_id, row.text);
          return writer->Add({.doc_id = std::string(row.doc_id),
                              .number = row.number,
                              .start = row.start,
                              .end = row.end,
                              .text = std::string(row.text)});
        }));
    return writer->Finish();
  }

  ann::Matrix matrix() const {
    return {.data = vectors_.data(), .rows = ids_.size(), .dimensions = job_.model.dimensions};
  }

  Result<ann::Index> BuildGraph() const {
    return ann::Index::Build(matrix(), ids_, BuildOptionsOf(job_.config, parts_.threads), context_.cancel);
  }

  /// Vectors to ask a graph for, one after another; none when there is no graph.
  Result<std::vector<float>> Questions() {
    std::vector<float> vectors;
    if (ids_.size() <= ann::kRowsWorthAGraph) return vectors;
    LAKE_RETURN_IF_ERROR(material_.questions.Load(context_));
    LAKE_ASSIGN_OR_RETURN(const uint64_t known, material_.questions.CountRows(context_));
    if (known < kRecallQueries) LAKE_RETURN_IF_ERROR(EmbedQuestions());
    LAKE_RETURN_IF_ERROR(
        material_.questions.ForEachRow(context_, job_.model.dimensions, [&](const PartRow& row) -> Status {
          vectors.insert(vectors.end(), row.vector.begin(), row.vector.end());
          return {};
        }));
    return vectors;
  }

  /// Sentences of its own texts: they are no rows, and near some of them as questions are.
  Status EmbedQuestions() {
    std::vector<DocumentChunk> questions;
    for (const Sample::Text& sampled : sample_.texts())
      questions.push_back(
          {.doc_id = sampled.doc_id, .chunk = {.text = MiddleSentence(sampled.text), .start = 0, .end = 0}});
    LAKE_ASSIGN_OR_RETURN(
        Part part, EmbedChunks(context_, parts_.embedder, FingerprintOf(job_.model), std::move(questions)));
    for (DocumentChunk& question : part.chunks) question.chunk.text.clear();
    return material_.questions.Append(context_, part);
  }

  Result<std::optional<MeasuredRecall>> Measure(const ann::Index& index,
                                                const std::vector<float>& questions) const {
    if (questions.empty()) return std::optional<MeasuredRecall>();
    const ann::Matrix queries = {.data = questions.data(),
                                 .rows = questions.size() / job_.model.dimensions,
                                 .dimensions = job_.model.dimensions};
    LAKE_ASSIGN_OR_RETURN(const MeasuredRecall recall, MeasureRecall(index, queries, WalkOf(job_.config),
                                                                     parts_.threads, context_.cancel));
    return std::optional(recall);
  }

  Result<StoredFile> PutSegment(const ann::Index& index) const {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, KeyOf("segment.ann"));
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<storage::ObjectWriter> writer,
                          parts_.store.StartPut(context_, key, storage::Overwrite{}));
    StoredFile file = {.key = key.text(), .bytes = 0};
    LAKE_RETURN_IF_ERROR(index.WriteTo([&](std::string_view bytes) {
      file.bytes += bytes.size();
      return writer->Append(bytes);
    }));
    LAKE_RETURN_IF_ERROR(writer->Finish());
    return file;
  }

  Result<StoredFile> PutFile(const std::filesystem::path& path, std::string_view name) const {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, KeyOf(name));
    LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<storage::ObjectWriter> writer,
                          parts_.store.StartPut(context_, key, storage::Overwrite{}));
    StoredFile file = {.key = key.text(), .bytes = 0};
    std::ifstream input(path, std::ios::binary);
    std::string buffer(kFileCopyBytes, '\0');
    while (input.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || input.gcount() > 0) {
      const auto got = static_cast<size_t>(input.gcount());
      LAKE_RETURN_IF_ERROR(writer->Append(std::string_view(buffer).substr(0, got)));
      file.bytes += got;
    }
    std::error_code failed;
    if (file.bytes != std::filesystem::file_size(path, failed) || failed)
      return Internal("chunk_store_failed", "the texts of an index cannot be copied");
    LAKE_RETURN_IF_ERROR(writer->Finish());
    return file;
  }

  Result<storage::ObjectKey> KeyOf(std::string_view name) const {
    return storage::ObjectKey::Parse(GenerationPrefix(job_.generation) + std::string(name));
  }

  const Context& context_;
  const FileParts& parts_;
  const IndexJob& job_;
  Material& material_;
  std::vector<float> vectors_;
  std::vector<uint64_t> ids_;
  Sample sample_{kSampledQuestions, 42};
};

}  // namespace

Result<Generation> MakeGenerationFiles(const Context& context, const FileParts& parts, const IndexJob& job,
                                       Material& material) {
  return Files(context, parts, job, material).Make();
}

}  // namespace lake::vector
