#include "connectors/file/byte_source.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/support/temp_dir.h"

namespace riposte::file {
namespace {

std::string Gzip(const std::string& bytes) {
  const std::string path = std::filesystem::temp_directory_path() / "riposte-gzip-test.gz";
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  std::ifstream in(path, std::ios::binary);
  std::string compressed((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::filesystem::remove(path);
  return compressed;
}

std::string Zstd(const std::string& bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

// Everything, read in small pieces; the error's text behind "error: " if there is one.
std::string ReadAll(const std::string& path) {
  Result<std::unique_ptr<ByteSource>> source = OpenBytes(path);
  if (!source.ok()) return "error: " + source.status().message();
  std::string all;
  std::vector<char> piece(1000);
  while (true) {
    const Result<size_t> got = (*source)->Read(piece);
    if (!got.ok()) return "error: " + got.status().message();
    if (*got == 0) return all;
    all.append(piece.data(), *got);
  }
}

std::string Sample() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "{\"n\":" + std::to_string(i * 7919) + "}\n";
  return text;
}

TEST(ByteSourceTest, TheSameBytesHoweverTheyArePacked) {
  const test::TempDir folder;
  const std::string text = Sample();
  EXPECT_EQ(ReadAll(folder.Write("a.json", text)), text);
  EXPECT_EQ(ReadAll(folder.Write("a.json.gz", Gzip(text))), text);
  EXPECT_EQ(ReadAll(folder.Write("a.json.zst", Zstd(text))), text);
}

TEST(ByteSourceTest, SeveralMembersAndFramesAreOneText) {
  const test::TempDir folder;
  EXPECT_EQ(ReadAll(folder.Write("a.gz", Gzip("one\n") + Gzip("two\n"))), "one\ntwo\n");
  EXPECT_EQ(ReadAll(folder.Write("a.zst", Zstd("one\n") + Zstd("two\n"))), "one\ntwo\n");
}

TEST(ByteSourceTest, EmptyFiles) {
  const test::TempDir folder;
  for (const char* name : {"a", "a.gz", "a.zst"}) EXPECT_EQ(ReadAll(folder.Write(name, "")), "");
}

TEST(ByteSourceTest, DamageIsAnErrorThatNamesTheFile) {
  const test::TempDir folder;
  for (const std::string name : {"a.gz", "a.zst"}) {
    std::string bytes = name == "a.gz" ? Gzip(Sample()) : Zstd(Sample());
    const std::string cut = ReadAll(folder.Write(name, bytes.substr(0, bytes.size() / 2)));
    EXPECT_TRUE(cut.starts_with("error: cannot read " + folder.path())) << cut.substr(0, 200);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
    bytes[bytes.size() / 2 + 1] = static_cast<char>(bytes[bytes.size() / 2 + 1] ^ 0x55);
    const std::string spoiled = ReadAll(folder.Write(name, bytes));
    EXPECT_NE(spoiled, Sample()) << name;
  }
  EXPECT_TRUE(ReadAll(folder.Write("b.zst", "no zstd")).starts_with("error: "));
}

TEST(ByteSourceTest, AFileThatIsNotThere) {
  EXPECT_EQ(OpenBytes("/nowhere/at-all").status().code(), ErrorCode::kNotFound);
  EXPECT_EQ(ReadAll("/"), "error: cannot read /: Is a directory");
}

}  // namespace
}  // namespace riposte::file
