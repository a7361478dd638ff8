#include "engine/state/rocks_store.h"

#include <cstdarg>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include "base/bytes.h"
#include "base/uuid.h"

namespace riposte::state {
namespace {

// No key of ours: they begin with a kind, which is not zero.
const rocksdb::Slice kMarkKey("\0mark", 5);
// Its owner may compact files away between our reading of the list and opening them.
constexpr int kReadOnlyTries = 5;
constexpr size_t kFolderNameBytesMax = 255;  // of any file system

std::string FolderName(std::string_view name) {
  if (name.size() <= kFolderNameBytesMax) return std::string(name);
  const std::string hash = "-" + Uuid::V5(Uuid{}, name).ToString();
  return std::string(name.substr(0, kFolderNameBytesMax - hash.size())) + hash;
}

std::string ToBytes(const Mark& mark) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.Unsigned(RocksStores::kFormat);
  for (const uint8_t byte : mark.changelog_birth.bytes) writer.Byte(byte);
  writer.Signed(mark.changelog_next);
  writer.Signed(ToMs(mark.written_at));
  return bytes;
}

std::optional<Mark> MarkFrom(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.Unsigned() != RocksStores::kFormat) return std::nullopt;
  Mark mark;
  for (uint8_t& byte : mark.changelog_birth.bytes) byte = reader.Byte();
  mark.changelog_next = reader.Signed();
  mark.written_at = TimeFromMs(reader.Signed());
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return mark;
}

Status ToStatus(const rocksdb::Status& status, std::string_view path) {
  const ErrorCode code = status.IsCorruption() ? ErrorCode::kDamaged : ErrorCode::kIo;
  return {code, "store " + std::string(path) + ": " + status.ToString()};
}

Status Damaged(std::string_view path, std::string_view what) {
  return {ErrorCode::kDamaged, "store " + std::string(path) + ": " + std::string(what)};
}

// About what a batch of them takes, so that it is not moved again and again while it grows.
size_t BatchBytes(std::span<const Change> changes) {
  constexpr size_t kMarkBytesMax = 128, kLengthsBytesMax = 16;
  size_t bytes = kMarkBytesMax;
  for (const Change& change : changes)
    bytes += change.key.size() + (change.value ? change.value->size() : 0) + kLengthsBytesMax;
  return bytes;
}

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

struct OpenDb {
  std::unique_ptr<rocksdb::DB> db;
  std::optional<Mark> mark;
};

class RocksStore final : public Store {
 public:
  using Open = std::function<Result<OpenDb>()>;
  RocksStore(OpenDb opened, std::string path, Open open, Duration reopen_wait)
      : db_(std::move(opened.db)),
        path_(std::move(path)),
        mark_(opened.mark),
        open_(std::move(open)),
        reopen_wait_(reopen_wait) {}

  std::optional<Mark> mark() const override { return mark_; }

  Result<std::optional<std::string>> Get(std::string_view key) const override {
    if (db_ == nullptr) return failed_;
    std::string value;
    const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), ToSlice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return ToStatus(status, path_);
    return std::optional<std::string>(std::move(value));
  }

  // With the log but without a sync: after a crash of the machine it is a whole, older state.
  Status Apply(std::span<const Change> changes, const Mark& mark) override {
    if (refuses_ && Clock::now() - tried_at_ >= reopen_wait_) failed_ = Reopen();
    if (refuses_) return failed_;
    rocksdb::WriteBatch batch(BatchBytes(changes));
    for (const Change& change : changes) {
      if (change.value) {
        batch.Put(change.key, *change.value);
      } else {
        batch.Delete(change.key);
      }
    }
    batch.Put(kMarkKey, ToBytes(mark));
    const rocksdb::Status status = db_->Write(rocksdb::WriteOptions(), &batch);
    if (!status.ok()) return OnRefused(status);
    mark_ = mark;
    return Status::Ok();
  }

  Status Scan(std::string_view prefix, const Each& each) const override {
    if (db_ == nullptr) return failed_;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions()));
    for (at->Seek(ToSlice(prefix)); at->Valid(); at->Next()) {
      const std::string_view key = at->key().ToStringView();
      if (!key.starts_with(prefix)) break;
      if (at->key() == kMarkKey) continue;
      if (!each(key, at->value().ToStringView())) break;
    }
    return at->status().ok() ? Status::Ok() : ToStatus(at->status(), path_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  // When a full disk has room again RocksDB goes on by itself; after any other failure it takes
  // nothing more until it is opened anew.
  Status OnRefused(const rocksdb::Status& status) {
    failed_ = ToStatus(status, path_);
    refuses_ = !status.IsNoSpace();
    tried_at_ = Clock::now();
    return failed_;
  }

  Status Reopen() {
    db_.reset();
    Result<OpenDb> opened = open_();
    tried_at_ = Clock::now();
    if (!opened.ok()) return opened.status();
    if (!HasWhatIsApplied(opened->mark)) return Damaged(path_, "the disk lost what it had taken");
    db_ = std::move(opened->db);
    refuses_ = false;
    return Status::Ok();
  }

  // Or more: a write that was told to have failed may be there.
  bool HasWhatIsApplied(const std::optional<Mark>& found) const {
    return !mark_ || (found && found->changelog_birth == mark_->changelog_birth &&
                      found->changelog_next >= mark_->changelog_next);
  }

  std::unique_ptr<rocksdb::DB> db_;  // null: it could not be opened anew, see failed_
  const std::string path_;
  std::optional<Mark> mark_;
  const Open open_;
  const Duration reopen_wait_;
  bool refuses_ = false;
  Status failed_;
  Clock::time_point tried_at_{};
};

// An open one. What has content but no mark, or a mark of another format, is damaged.
Result<OpenDb> Take(std::unique_ptr<rocksdb::DB> db, const std::string& path) {
  std::string bytes;
  const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), kMarkKey, &bytes);
  std::optional<Mark> mark;
  if (status.ok()) {
    mark = MarkFrom(bytes);
    if (!mark) return Damaged(path, "it is of another version's format");
  } else if (!status.IsNotFound()) {
    return ToStatus(status, path);
  } else {
    const std::unique_ptr<rocksdb::Iterator> any(db->NewIterator(rocksdb::ReadOptions()));
    any->SeekToFirst();
    if (any->Valid()) return Damaged(path, "it has no mark");
  }
  return OpenDb{.db = std::move(db), .mark = mark};
}

// RocksDB's own messages go nowhere. Its file of them is on the disk of the store: where that is
// full, RocksDB 7.8 as Debian builds it ends the process by an assertion at the second message that
// it cannot write. What failed, its statuses say.
class NoMessages final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

bool IsDamage(const rocksdb::Status& status) {
  // Files that are missing or cut are told as any of these, depending on which.
  return status.IsCorruption() || status.IsInvalidArgument() || status.IsNotFound() ||
         status.IsPathNotFound();
}

}  // namespace

struct RocksStores::Impl {
  explicit Impl(Options given)
      : options(std::move(given)),
        cache(rocksdb::NewLRUCache(options.block_cache_bytes)),
        buffers(std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes)) {}

  std::string PathOf(std::string_view name) const {
    return options.directory + "/" + FolderName(name);
  }

  rocksdb::Options ForDb() const {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.cache_index_and_filter_blocks = true;
    rocksdb::Options db;
    db.create_if_missing = true;
    db.paranoid_checks = true;
    db.write_buffer_size = options.store_write_buffer_bytes;
    db.write_buffer_manager = buffers;
    db.max_open_files = 256;
    db.info_log = messages;
    db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return db;
  }

  // As it is.
  Result<OpenDb> TryOpen(const std::string& path) const {
    rocksdb::DB* raw = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(ForDb(), path, &raw);
    std::unique_ptr<rocksdb::DB> db(raw);
    if (IsDamage(status)) return Damaged(path, status.ToString());
    if (!status.ok()) return ToStatus(status, path);
    return Take(std::move(db), path);
  }

  Result<OpenDb> TryOpenReadOnly(const std::string& path) const {
    rocksdb::Options readable = ForDb();
    readable.create_if_missing = false;
    rocksdb::DB* raw = nullptr;
    const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(readable, path, &raw);
    std::unique_ptr<rocksdb::DB> db(raw);
    if (IsDamage(status)) return Damaged(path, status.ToString());
    if (!status.ok()) return ToStatus(status, path);
    return Take(std::move(db), path);
  }

  const Options options;
  const std::shared_ptr<rocksdb::Logger> messages = std::make_shared<NoMessages>();
  const std::shared_ptr<rocksdb::Cache> cache;
  const std::shared_ptr<rocksdb::WriteBufferManager> buffers;
};

RocksStores::RocksStores(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
RocksStores::~RocksStores() = default;

Result<RocksStores::Opened> RocksStores::Open(std::string_view name) {
  const std::string path = impl_->PathOf(name);
  std::error_code failed;
  std::filesystem::create_directories(impl_->options.directory, failed);
  if (failed) return Status(ErrorCode::kIo, impl_->options.directory + ": " + failed.message());
  Opened opened;
  Result<OpenDb> db = impl_->TryOpen(path);
  if (db.status().code() == ErrorCode::kDamaged) {
    opened.wiped = db.status().message();
    RIPOSTE_TRY(Wipe(name));
    db = impl_->TryOpen(path);
  }
  if (!db.ok()) return db.status();
  opened.store = std::make_unique<RocksStore>(
      std::move(db).value(), path, [this, path] { return impl_->TryOpen(path); },
      impl_->options.reopen_wait);
  return opened;
}

Result<std::unique_ptr<Store>> RocksStores::OpenReadOnly(std::string_view name) {
  const std::string path = impl_->PathOf(name);
  std::error_code failed;
  if (!std::filesystem::is_directory(path, failed))
    return Status(ErrorCode::kNotFound, "there is no store " + path);
  Result<OpenDb> db = impl_->TryOpenReadOnly(path);
  for (int tries = 1; !db.ok() && tries < kReadOnlyTries; ++tries)
    db = impl_->TryOpenReadOnly(path);
  if (!db.ok()) return db.status();
  // Nothing is applied to it.
  return std::unique_ptr<Store>(std::make_unique<RocksStore>(
      std::move(db).value(), path, RocksStore::Open(), impl_->options.reopen_wait));
}

Status RocksStores::Wipe(std::string_view name) {
  const std::string path = impl_->PathOf(name);
  std::error_code failed;
  std::filesystem::remove_all(path, failed);
  if (failed) return {ErrorCode::kIo, "store " + path + " cannot be wiped: " + failed.message()};
  return Status::Ok();
}

}  // namespace riposte::state
